"""Kill runs at random moments: nothing is lost or left behind, and outputs are those of a quiet run.

    python bench/kill.py --kills 50 --damage 0.3

A small study is run again and again on one store, with one worker or two as drawn; each run is killed
(SIGKILL: the run alone, or all of its processes) after a random time, be it while it starts, fits, or writes.
After each kill: every finished fit is still there, byte by byte, and none was written again; no process is
left; each output is a whole file of this or of the earlier run. After some kills a fit or an estimate is
damaged: a bit flipped, or the file cut short. A run that comes to its end must give the bytes of a quiet run;
then the estimates and a part of the fits are taken away, so that there is work again. At the end no arrays of
workers are left.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from command import parser_of

from gipspec.engine.clean import ESTIMATES

SPEC = """\
data "panel.csv"
panel city year
defaults learner=rf(trees=20); reps=2; folds=3
base <- y ~ d | x1 + x2
more <- base; seed=[2, 3, 4]
gap <- base - more.2
table main "Main": base, more, gap
"""
GONE_SECONDS = 10.0


def panel(path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = ["city,year,y,d,x1,x2"]
    for city in range(60):
        adopted = rng.integers(2003, 2012)
        for year in range(2000, 2010):
            x = rng.normal(size=2)
            d = int(year >= adopted)
            rows.append(f"{city},{year},{x[0] + 0.5 * d + rng.normal():.6f},{d},{x[0]:.6f},{x[1]:.6f}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def fits(store: Path) -> dict[Path, tuple[int, int, bytes]]:
    found = [p for p in store.glob("??/*") if len(p.name) == 64]
    return {p: (p.stat().st_ino, p.stat().st_mtime_ns, p.read_bytes()) for p in found}


def outputs(folder: Path) -> dict[str, bytes]:
    files = (p for p in folder.rglob("*") if p.is_file() and not p.name.endswith(".tmp"))
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def start(folder: Path, jobs: int, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gipspec", "run", "study.gip", "-j", str(jobs), *more]
    quiet = subprocess.DEVNULL
    env = os.environ | {"TMPDIR": str(folder / "temporary")}
    return subprocess.Popen(command, cwd=folder, env=env, stdout=quiet, stderr=quiet, start_new_session=True)


def gone(group: int) -> bool:
    end = time.monotonic() + GONE_SECONDS
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-j", "--jobs", type=int, nargs="+", default=[1, 2], help="drawn anew for each run")
    parser.add_argument("--damage", type=float, default=0.3, help="how often a fit is damaged after a kill")
    options = parser.parse_args()
    draw = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        panel(folder / "panel.csv")
        (folder / "temporary").mkdir()
        (folder / "study.gip").write_text(SPEC, encoding="utf-8")
        began = time.monotonic()
        assert start(folder, options.jobs[0], "--store", "quiet").wait() == 0
        span = time.monotonic() - began
        reference = outputs(folder / "out")
        shutil.rmtree(folder / "out")
        print(f"a quiet run takes {span:.1f} s and makes {len(fits(folder / 'quiet'))} fits")
        counts = kill_often(folder, options, 1.2 * span, reference, draw)
        for path in (folder / "temporary").iterdir():
            os.utime(path, (1, 1))  # what is new is spared by others
        assert start(folder, 2).wait() == 0
        assert not list((folder / "temporary").glob("gipspec-*")), "arrays were left"
    for what, count in sorted(counts.items()):
        print(f"{count:4} {what}")


def damage(path: Path, draw: random.Random) -> bytes:
    """Flip a bit of a file, or cut it short; return what it holds then."""
    data = bytearray(path.read_bytes())
    at = draw.randrange(len(data))
    if draw.random() < 0.5:
        data[at] ^= 1 << draw.randrange(8)
    else:
        del data[at:]
    path.write_bytes(data)
    return bytes(data)


def kill_often(
    folder: Path,
    options: argparse.Namespace,
    span: float,
    reference: dict[str, bytes],
    draw: random.Random,
) -> Counter[str]:
    store, counts = folder / ".gipspec", Counter[str]()
    spoilt: dict[Path, bytes] = {}
    while counts["kills"] < options.kills:
        before = {path: entry for path, entry in fits(store).items() if path not in spoilt}
        jobs = draw.choice(options.jobs)
        run = start(folder, jobs)
        try:
            code = run.wait(draw.uniform(0, span))
        except subprocess.TimeoutExpired:
            whole = draw.random() < 0.5
            (os.killpg if whole else os.kill)(run.pid, signal.SIGKILL)
            run.wait()
            counts["kills"] += 1
            counts[f"with -j {jobs}, " + ("of all processes" if whole else "of the run alone")] += 1
            code = None
        assert gone(run.pid), "a process was left"
        after = fits(store)
        assert after.items() >= before.items(), "a finished fit was lost or written again"
        mended = [path for path, data in spoilt.items() if path.is_file() and path.read_bytes() != data]
        counts["damaged ones that were written anew"] += len(mended)
        spoilt = {path: data for path, data in spoilt.items() if path not in mended}
        now = outputs(folder / "out")
        odd = [n for n, data in now.items() if reference.get(n) != data]
        assert not odd, f"neither old nor new: {odd}"
        if code is None:
            counts["fits finished before a kill"] += len(after.keys() - before.keys())
            if after and draw.random() < options.damage:
                path = draw.choice(sorted([*after, *fits(store / ESTIMATES)]))
                spoilt[path] = damage(path, draw)
                counts["fits and estimates damaged"] += 1
        else:
            assert code == 0 and now.keys() == reference.keys(), "a run gave less"
            counts["runs that came to their end"] += 1
            for path in draw.sample(sorted(after), k=len(after) // 2):
                path.unlink()
            shutil.rmtree(folder / "out")
            shutil.rmtree(store / ESTIMATES)
            spoilt = {path: data for path, data in spoilt.items() if path.is_file()}
    return counts


if __name__ == "__main__":
    main()
