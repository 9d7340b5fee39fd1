"""One order carried out, told as events, left within a step of the sampler when it is no longer wanted."""

from collections.abc import Callable

from ta_v2a.delivery.job import Order
from ta_v2a.delivery.order import Load, load_engine, sound_clip
from ta_v2a.errors import UserError
from ta_v2a.jobs.events import JobEvent
from ta_v2a.system.trouble import trouble_of

Tell = Callable[[JobEvent], None]


class _NotWanted(Exception):
    """Leaves an order from inside: nothing of it has been written yet."""


def carry_out(
    order: Order, tell: Tell, unwanted: Callable[[], bool] = lambda: False, load: Load = load_engine
) -> JobEvent:
    """Does an order; tells "started", "progress", "notice", and returns the one that ends it, untold.

    Args:
        order: what is asked.
        tell: gets every event but the last.
        unwanted: asked at every step of the sampler and at every notice; the order is left when it says so.
        load: the engine of a preset; one that keeps it saves the time of loading.
    """

    def look() -> None:
        if unwanted():
            raise _NotWanted

    def advance(done: int, total: int) -> None:
        look()
        tell(JobEvent("progress", done=done, total=total))

    def notice(text: str) -> None:
        look()
        tell(JobEvent("notice", text=text))

    tell(JobEvent("started"))
    try:
        look()
        return JobEvent("done", report=sound_clip(order, advance, notice, load))
    except _NotWanted:
        return JobEvent("cancelled")
    except UserError as error:
        return JobEvent("failed", text=str(error))
    except Exception as error:
        line = trouble_of(error)
        if line is None:
            raise
        return JobEvent("failed", text=line)
