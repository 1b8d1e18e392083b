"""One answer for all who ask the same."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from playground.once import Once, Stamped
from playground.runs.store import Limits
from playground.shares import Share, asks
from trainers.errors import UserError


def until(condition: threading.Event) -> None:
    assert condition.wait(60)


def test_those_who_ask_the_same_at_the_same_time_share_one_call() -> None:
    calls, gate, all_ask = list[int](), threading.Event(), threading.Barrier(9)

    def work(x: int) -> int:
        calls.append(x)
        until(gate)
        return x * x

    once = Once(work, kept=2)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(lambda x: (all_ask.wait(60), once(x))[1], x) for x in (3, 3, 3, 3, 5, 5, 5, 5)]
        all_ask.wait(60)
        gate.set()
        assert [one.result(180) for one in asked] == [9, 9, 9, 9, 25, 25, 25, 25]
    assert sorted(calls) == [3, 5]
    assert once(3) == 9 and sorted(calls) == [3, 5]  # kept
    once(7)
    once(3)
    assert calls[2:] == [7]  # the one that was not asked for the longest time has gone for it
    once(5)
    assert calls[2:] == [7, 5]


def test_an_error_is_everybodys_who_waits_and_is_not_kept() -> None:
    calls = list[int]()

    def work(x: int) -> int:
        calls.append(x)
        if len(calls) == 1:
            raise UserError("not now")
        return x

    once = Once(work, kept=2)
    with pytest.raises(UserError, match="not now"):
        once(1)
    assert once(1) == 1 == once(1) and calls == [1, 1]


def test_so_many_at_a_time_and_the_next_is_told_so() -> None:
    gate, begun, now = threading.Event(), threading.Semaphore(0), list[int]()

    def work(x: int) -> int:
        now.append(x)
        begun.release()
        until(gate)
        assert len(now) <= 1
        now.remove(x)
        return x

    once = Once(work, kept=9, at_once=1, waiting=2)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(once, 0)
        assert begun.acquire(timeout=60)
        with_turns = [pool.submit(once, x) for x in (1, 2)]
        while len(once._answers) < 3:  # both wait for their turn
            pass
        with pytest.raises(UserError, match="Too many people"):
            once(3)
        gate.set()
        assert [one.result(180) for one in (first, *with_turns)] == [0, 1, 2]
    assert once(3) == 3  # there is room again


def test_one_network_address_does_not_take_all_places_and_who_waits_for_anothers_answer_takes_none() -> None:
    gate = threading.Event()

    def work(x: int) -> int:
        until(gate)
        return inner(x)

    share = Share(Limits(questions_address=10).admit)
    once, inner = Once(work, kept=99, at_once=1, share=share), Once(lambda x: x, kept=99, share=share)

    def ask(address: str, x: int) -> int:
        asks.set(address)
        return once(x)

    with ThreadPoolExecutor(30) as pool:
        mine = [pool.submit(ask, "here", x) for x in range(10)]
        while sum(share._open.values()) < 10:
            pass
        same = [pool.submit(ask, "here", x) for x in range(10)]
        with pytest.raises(UserError, match="at most 10 questions.*raise PLAYGROUND_QUESTIONS_ADDRESS"):
            pool.submit(ask, "here", 10).result(60)
        other = pool.submit(ask, "there", 10)
        while sum(share._open.values()) < 11:
            pass
        gate.set()
        assert [one.result(60) for one in (*mine, *same, other)] == [*range(10), *range(10), 10]
        assert not share._open and pool.submit(ask, "here", 11).result(60) == 11


def test_nobody_waits_for_a_turn_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.once.PATIENCE", 0.05)
    gate, begun = threading.Event(), threading.Event()
    once = Once(lambda x: (begun.set(), until(gate), x)[-1], kept=9, at_once=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(once, 1)
        until(begun)
        with pytest.raises(UserError, match="Too many people"):
            once(2)
        gate.set()
        assert first.result(60) == 1 and once(2) == 2


def test_those_who_wait_for_one_answer_do_not_take_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.once.LISTENERS", 2)
    gate, begun, listening = threading.Event(), threading.Event(), threading.Semaphore(0)

    def work(x: int) -> int:
        begun.set()
        until(gate)
        return x

    once = Once(work, kept=9)
    acquire = once._listeners.acquire
    monkeypatch.setattr(once._listeners, "acquire", lambda blocking: acquire(blocking=blocking) and not listening.release())
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(once, 7)
        until(begun)
        others = [pool.submit(once, 7) for _ in range(2)]
        assert all(listening.acquire(timeout=60) for _ in others)
        with pytest.raises(UserError, match="Too many people"):
            once(7)
        gate.set()
        assert [one.result(180) for one in (first, *others)] == [7, 7, 7]
    assert once(7) == 7


def test_what_is_stamped_is_worked_out_again_when_its_stamp_is_another_and_no_longer_than_it_lasts() -> None:
    kept, made = Stamped[int](2), list[str]()

    def value(key: str, stamp: int, lasts: bool = True) -> int:
        return kept(key, stamp, lambda: made.append(f"{key}{stamp}") or len(made), lambda found: lasts)

    assert [value("a", 1), value("a", 1), value("a", 2), value("a", 2)] == [1, 1, 2, 2]
    value("b", 1, lasts=False)
    value("b", 1, lasts=False)
    value("c", 1)
    value("d", 1)  # only two are kept
    value("a", 2)
    assert made == ["a1", "a2", "b1", "b1", "c1", "d1", "a2"]
    with pytest.raises(ZeroDivisionError):
        kept("e", 1, lambda: 1 // 0)
    assert value("e", 1) == len(made)
