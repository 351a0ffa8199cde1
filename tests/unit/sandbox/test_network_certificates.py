from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from bot.sandbox.network_certificates import authority, intermediate, moment, presented


def chain(**tls):
    return x509.load_pem_x509_certificates(presented("shop.example.com", tls))


@pytest.mark.parametrize(("kind", "length"), [("complete", 2), ("incomplete", 1), ("self-signed", 1), ("private", 2)])
def test_chain_is_what_the_case_says(kind, length):
    assert len(chain(chain=kind)) == length


def test_leaf_is_signed_by_the_intermediate_and_that_by_the_root():
    leaf, issuer = chain()
    leaf.verify_directly_issued_by(issuer)
    issuer.verify_directly_issued_by(authority().certificate)


def test_self_signed_signs_itself():
    (leaf,) = chain(chain="self-signed")
    leaf.verify_directly_issued_by(leaf)


def test_authority_is_made_once():
    assert authority() is authority()
    assert intermediate() is intermediate()


def test_dates_are_offsets_or_times():
    now = datetime.now(UTC)
    assert abs(moment("-2d", timedelta()) - (now - timedelta(days=2))) < timedelta(seconds=5)
    assert moment("2026-11-24T00:00:00Z", timedelta()) == datetime(2026, 11, 24, tzinfo=UTC)
    assert abs(moment(None, timedelta(days=9)) - (now + timedelta(days=9))) < timedelta(seconds=5)


def test_unknown_word_for_a_chain_is_refused():
    with pytest.raises(ValueError, match="chain is one of"):
        presented("a.example", {"chain": "half"})
