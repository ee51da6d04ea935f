"""Back-off doubles up to its maximum, with full jitter; intensity counts within a window."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from interlock.actors.actor import ActorOptions
from interlock.actors.backoff import Restarts
from interlock.testing import VirtualWorld


@dataclass
class Dice(VirtualWorld):
    """A world in which every throw is the same."""

    throw: float = 1.0

    def __post_init__(self) -> None:
        super().__init__()

    def random(self) -> float:
        return self.throw


def delays(restarts: Restarts, count: int) -> list[float]:
    found = []
    for _ in range(count):
        restarts.crashed()
        found.append(restarts.delay())
    return found


def test_it_doubles_up_to_the_maximum() -> None:
    restarts = Restarts(ActorOptions(), Dice())

    assert delays(restarts, 10) == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30]


def test_the_jitter_is_full() -> None:
    assert delays(Restarts(ActorOptions(), Dice(throw=0.0)), 3) == [0, 0, 0]
    assert delays(Restarts(ActorOptions(), Dice(throw=0.5)), 3) == [0.1, 0.2, 0.4]


async def test_it_starts_anew_after_a_healthy_period_only() -> None:
    world = Dice()
    restarts = Restarts(ActorOptions(), world)
    delays(restarts, 4)

    restarts.started()
    await world.advance(59)
    assert delays(restarts, 1) == [3.2]

    restarts.started()
    await world.advance(60)
    assert delays(restarts, 1) == [0.2]


async def test_time_spent_down_is_not_healthy() -> None:
    world = Dice()
    restarts = Restarts(ActorOptions(), world)
    delays(restarts, 4)

    await world.advance(3600)

    assert delays(restarts, 1) == [3.2]


def test_after_any_number_of_crashes_the_delay_is_still_a_number() -> None:
    assert delays(Restarts(ActorOptions(), Dice()), 3000)[-1] == 30


@given(
    gaps=st.lists(st.floats(0, 100), max_size=30),
    max_restarts=st.integers(0, 6),
    window=st.floats(1, 60),
)
def test_a_restart_is_allowed_while_the_window_holds_no_more_crashes_than_the_maximum(
    gaps: list[float], max_restarts: int, window: float
) -> None:
    world = VirtualWorld()
    restarts = Restarts(ActorOptions(max_restarts=max_restarts, restart_window=window), world)
    crashes: list[float] = []
    for gap in gaps:
        world._now += gap
        crashes.append(world.monotonic())
        recent = sum(at > world.monotonic() - window for at in crashes)
        assert restarts.crashed() == (recent <= max_restarts)
