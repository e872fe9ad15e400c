"""Quick scoring calls take turns; a long one is no hindrance to them."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from serving.threads import QUICK_PEOPLE, in_turn


def test_quick_calls_are_worked_on_one_after_the_other() -> None:
    at_work, most = [0], [0]

    def call(_number: int) -> None:
        with in_turn(1):
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
            time.sleep(0.002)
            at_work[0] -= 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(call, range(20)))
    assert most == [1]


def test_a_call_about_many_is_not_waited_for() -> None:
    long_one_is_on, done = threading.Event(), threading.Event()

    def long() -> None:
        with in_turn(QUICK_PEOPLE + 1):
            long_one_is_on.set()
            assert done.wait(10)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(long)
        assert long_one_is_on.wait(10)
        with in_turn(1):
            done.set()
        waiting.result()


def test_an_error_gives_the_turn_on() -> None:
    for _ in range(2):
        try:
            with in_turn(1):
                raise ValueError
        except ValueError:
            pass
