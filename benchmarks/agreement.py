"""What agreement costs and what it bears: the tables of docs/consensus-agreement.md.

python benchmarks/agreement.py schedules 4 1 5000
python benchmarks/agreement.py frames its 1000000
python benchmarks/agreement.py cost 7 50 200
"""

import sys
import time

from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.simulation import Simulation
from ebit.consensus.agreement.trials import Tally, trial
from ebit.consensus.agreement.work import least_squares
from ebit.consensus.keys.attacks import attack_frames


def schedules(n: str, f: str, number: str, first: str = "0") -> None:
    """Random schedules with f faulty nodes of every kind."""
    committee, tally = Committee(int(n), int(f)), Tally()
    start = time.process_time()
    for seed in range(int(first), int(first) + int(number)):
        tally.add(seed, trial(committee, seed))
    seconds = time.process_time() - start
    print(f"n={n} f={f}: {tally.schedules} schedules, {seconds:.0f} s of CPU")
    print(f"  violations: {tally.violations or 'none'}, unfinished: {tally.unfinished or 'none'}")
    print(f"  latest view: {dict(sorted(tally.views.items()))}")
    print(f"  rows of the table of failures: {dict(sorted(tally.rows.items()))}")


def frames(mode: str, number: str) -> None:
    """Bad frames on a link."""
    start = time.process_time()
    verdict = attack_frames(mode, int(number))
    seconds = time.process_time() - start
    print(f"{mode}: {verdict.tried.total()} bad frames, {seconds:.0f} s of CPU")
    print(f"  tried: {dict(verdict.tried)}")
    print(f"  accepted: {verdict.accepted.total()}, refused: {dict(verdict.refused)}")
    print(f"  honest frames between them, all accepted: {verdict.honest}")


def cost(*sizes: str) -> None:
    """One round without faults: frames, key bits, seconds."""
    print("| n | f | frames | key bits per pair | update bytes | CPU s | CPU s with tags |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for n in map(int, sizes):
        committee, work = Committee(n, (n - 1) // 3), least_squares(n, (n - 1) // 3, 56)
        seconds = []
        for mode in (None, "wegman-carter"):
            start = time.process_time()
            outcome = Simulation(committee, work, authentication=mode).run()
            seconds.append(time.process_time() - start)
            assert outcome.finished
        pairs = n * (n - 1) // 2
        print(
            f"| {n} | {committee.f} | {outcome.frames.total()} | {outcome.key_bits / pairs:.0f} | "
            f"{13 + 4 * 56} | {seconds[0]:.2f} | {seconds[1]:.2f} |"
        )


if __name__ == "__main__":
    {"schedules": schedules, "frames": frames, "cost": cost}[sys.argv[1]](*sys.argv[2:])
