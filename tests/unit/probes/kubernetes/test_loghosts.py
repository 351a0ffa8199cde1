import pytest

from bot.probes.kubernetes.loghosts import Place, is_address, place_in, places_of


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("dial tcp 10.96.3.4:5432: connect: connection refused", "10.96.3.4:5432"),
        (
            "dial tcp: lookup billing.prod.svc.cluster.local on 10.96.0.10:53: no such host",
            "billing.prod.svc.cluster.local",
        ),
        ('connection to server at "orders-db" (10.96.3.4), port 5432 failed: Connection refused', "orders-db:5432"),
        ('could not translate host name "orders-db" to address', "orders-db"),
        ("connect ECONNREFUSED 10.96.11.2:27017", "10.96.11.2:27017"),
        ("getaddrinfo ENOTFOUND cache", "cache"),
        ("Error 111 connecting to redis:6379. Connection refused.", "redis:6379"),
        ("HTTPConnectionPool(host='inventory', port=8080): Max retries exceeded", "inventory:8080"),
        ("Connection to orders-db:5432 refused. Check that", "orders-db:5432"),
        ("java.net.UnknownHostException: orders-db", "orders-db"),
        ("Can't connect to MySQL server on 'mysql.data:3306' (111)", "mysql.data:3306"),
        ("nc: bad address 'db'", "db"),
        ('Get "http://stock:8080/v1": context deadline exceeded', "stock:8080"),
        ("curl: (6) Could not resolve host: api.example", "api.example"),
        ('host not found in upstream "orders" in /etc/nginx/nginx.conf:3', "orders"),
    ],
)
def test_host_and_port_are_read(line, place):
    assert str(place_in(line)) == place


@pytest.mark.parametrize("line", ["it broke", "at main.go:12", "File server.py:80", "10:00:01 started"])
def test_places_in_source_files_and_times_are_no_hosts(line):
    assert place_in(line) is None


def test_environment_names_hosts_by_url_pair_and_host_with_port():
    found = places_of(
        {
            "DATABASE_URL": "postgresql://app:secret@orders-db:5433/orders",
            "JDBC": "jdbc:mysql://mysql/shop",
            "KAFKA": "kafka:9092",
            "DB_HOST": "db",
            "DB_PORT": "5432",
            "LISTEN": "http://localhost:80",
            "MODE": "fast",
        }
    )
    assert found == (
        Place("orders-db", 5433, "DATABASE_URL"),
        Place("mysql", 3306, "JDBC"),
        Place("kafka", 9092, "KAFKA"),
        Place("db", 5432, "DB_HOST"),
    )


def test_addresses_are_told_from_names():
    assert is_address("10.0.0.1")
    assert not is_address("10.0.0.1.example")
