"""What is said to one person, and done aside: neither may hold up an acknowledgement, which Slack awaits for 3 s."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from bot.integrations.slack.answers import Answer, Asker
from bot.integrations.slack.client import SlackClient
from bot.model.errors import AccessDenied, NotFound, SecondlineError

WORKERS = 4
SORRY = Answer("⚠️ That went wrong on my side, and my log says why. Please try again in a minute.")

_log = logging.getLogger(__name__)


class Speaker:
    """Answers people, in threads of its own. What is lost here is only a courtesy: tickets are safe with the desk."""

    def __init__(self, client: SlackClient) -> None:
        """Take the client; threads start with the first thing to do."""
        self._client = client
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="slack-aside")

    def aside(self, work: Callable[[], Any], sorry: Callable[[Answer], Any] | None = None) -> None:
        """Do `work` soon. What goes wrong is logged, in one line when it is one of our errors.

        With `sorry` the person is told as well, so that a mistake of ours does not look like silence.
        """

        def done(work: Future[Any]) -> None:
            if _log_failure(work) and sorry is not None:
                self.aside(lambda: sorry(SORRY))

        try:
            self._threads.submit(work).add_done_callback(done)
        except RuntimeError:
            _log.info("stopping: an answer in Slack is not sent")

    def tell(self, asker: Asker, answer: Answer) -> None:
        """Show an answer to the one who asked, where they asked (chat.postEphemeral)."""
        self.aside(
            lambda: self._client.call(
                "chat_postEphemeral",
                channel=asker.channel,
                user=asker.user,
                text=answer.text,
                blocks=answer.blocks,
                **({"thread_ts": asker.thread} if asker.thread else {}),
            )
        )

    def respond(self, response_url: str, answer: Answer) -> None:
        """Show an answer by a command's own response URL, which works where the bot was not invited. Blocks."""
        self._client.respond(response_url, answer.text, answer.blocks)

    def warn_if_away(self, asker: Asker, response_url: str) -> None:
        """Tell the person when the bot cannot post where they asked (conversations.info), aside."""
        self.aside(lambda: self._warn(asker, response_url))

    def open_view(self, trigger: str, view: Any) -> None:
        """Open a modal (views.open), within the three seconds that a trigger lives. Raises OutsideError."""
        self._client.call("views_open", trigger_id=trigger, view=view)

    def stop(self) -> None:
        """Finish what is being said, and say no more."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _warn(self, asker: Asker, response_url: str) -> None:
        try:
            channel = self._client.call("conversations_info", channel=asker.channel)["channel"]
            away = not channel.get("is_im") and not channel.get("is_member", True)
        except NotFound:
            away = True
        except AccessDenied:
            return  # without the right to look, the delivery itself will tell
        if away and response_url:
            said = "I am not in this conversation, so my answer waits: invite me with /invite, and it will come."
            self.respond(response_url, Answer(said))


def _log_failure(done: Future[Any]) -> bool:
    error = done.exception() if not done.cancelled() else None
    if isinstance(error, SecondlineError):
        _log.warning("an answer in Slack was not given: %s", error.message)
    elif error is not None:
        _log.error("an answer in Slack was not given", exc_info=error)
    return error is not None
