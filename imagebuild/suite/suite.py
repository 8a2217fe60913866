"""Runs the contract suite and keeps its results, so that an unchanged image isn't tested again."""

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from imagebuild.catalog import specification
from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.engine import engine as engines
from imagebuild.engine.engine import Engine
from imagebuild.errors import ProcessError, TestsFailedError, UsageError, nearest
from imagebuild.interrupts import interruptible
from imagebuild.process import Processes
from imagebuild.suite import results, suite_report
from imagebuild.suite.results import Result
from imagebuild.suite.run_plan import ROOT, Run, plan
from imagebuild.workspace import Workspace


def run(
    workspace: Workspace,
    images: Sequence[Image],
    *,
    clauses: Sequence[str] = (),
    cache: bool = True,
    junit: Path | None = None,
    arguments: Sequence[str] = (),
) -> None:
    """Test those of `images` that run functions, one by one, and show a summary.

    `clauses` leaves only the tests that cite one of them, `arguments` are further ones for pytest;
    with either, results are neither used nor kept. `junit` is a file for all results together.
    Raises TestsFailedError, UsageError when an image isn't there or SPEC.md has no such clause.
    """
    catalog, prefix, output = workspace.catalog, workspace.prefix, workspace.output
    _check(clauses, catalog.root)
    processes = Processes()
    engine = engines.connect(processes, catalog.root)
    partial = bool(clauses or arguments)
    options = [*(f"--clause={clause}" for clause in clauses), *arguments, f"--prefix={prefix}"]
    runs = plan(catalog, images, prefix=prefix, host=engine.host, partial=partial)

    done: dict[str, Result] = {}
    reports: list[Path] = []
    with interruptible():
        for each in runs:
            kept = results.load(catalog.root, each.key) if cache and not partial else None
            result = kept or _pytest(workspace, each, options, engine, processes)
            report = _report(catalog, each.name, "xml")
            if not (kept or partial or result.second_try) and result.is_good:
                results.save(catalog.root, each.key, result, report)
            done[each.name] = result
            reports.append(results.kept_report(catalog.root, each.key) if kept else report)
    if junit:
        suite_report.merge(reports, junit)
    output.progress(suite_report.summary(done))
    bad = [f"`{name}`" for name, result in done.items() if not result.is_good]
    if bad:
        raise TestsFailedError(
            f"{len(bad)} of {len(done)} test runs failed: {', '.join(bad)}",
            "one clause alone: ./build.py test IMAGE --clause ID; reports are in .build/reports",
        )


def _check(clauses: Sequence[str], root: Path) -> None:
    """Raise UsageError for a name that no test can cite: nothing would run, and so all pass."""
    known = specification.clauses(specification.read(root))
    for name in clauses if known else ():
        if name not in known:
            near = nearest(name.upper(), known)
            hint = f"did you mean `{near}`?" if near else f"an ID looks like `{known[0]}`"
            raise UsageError(f"SPEC.md has no clause `{name}`", hint)


def _pytest(
    workspace: Workspace, each: Run, options: Sequence[str], engine: Engine, processes: Processes
) -> Result:
    catalog, output = workspace.catalog, workspace.output
    document, report = (_report(catalog, each.name, suffix) for suffix in ("json", "xml"))
    for earlier in (document, report):
        earlier.unlink(missing_ok=True)
    command = [
        *(sys.executable, "-m", "pytest", "-q", "--reruns=1", "--maxfail=25", f"--rootdir={ROOT}"),
        *("-c", str(ROOT / "pyproject.toml"), f"--catalog={catalog.path}"),
        *(f"--results={document}", f"--junit-xml={report}"),
        *(*each.arguments, *options),
    ]
    output.progress(f"{each.name}: testing")
    environment = {**engine.environment, "PYTHONPATH": str(ROOT)}
    with suppress(ProcessError):  # the document tells more
        processes.run(command, environment=environment, on_line=output.progress_piece)
    if not document.exists():
        return Result(ended_early=True)
    return results.from_document(json.loads(document.read_text(encoding="utf-8")))


def _report(catalog: Catalog, name: str, suffix: str) -> Path:
    folder = catalog.root / ".build" / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.{suffix}"
