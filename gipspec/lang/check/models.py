"""Models: heads, variations, fans and differences, from statements to `Model`s."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.lang.check.analyses import placebo_conflicts, sensitivity_conflicts
from gipspec.lang.check.arity import arity_conflicts
from gipspec.lang.check.combine import mediation_conflicts, model_conflicts, role_conflicts
from gipspec.lang.check.declare import Declarations, cycles, name_span, ordered
from gipspec.lang.check.drafts import Draft, from_formula, vary
from gipspec.lang.check.fan import MOST_PER_STUDY, Member, spread
from gipspec.lang.check.inherited import on_the_line
from gipspec.lang.check.known import NOTHING, Known
from gipspec.lang.check.moderators import heterogeneity_conflicts
from gipspec.lang.check.scope import PoisonedError, Scope
from gipspec.lang.check.settings import OptionScope, check_option, resolve_settings
from gipspec.lang.check.suggest import unknown
from gipspec.lang.check.used import with_definitions
from gipspec.lang.printer import print_statement
from gipspec.lang.study import Contrast, Let, Model, Settings
from gipspec.lang.syntax import (
    Difference,
    Formula,
    ModelStatement,
    Name,
    Option,
    Variation,
)
from gipspec.lang.vocabulary import OPTIONS
from gipspec.lang.vocabulary.kinds import Numbers
from gipspec.source import Span

_SEVERAL = frozenset({"did", "qte", "apo"})  # models with several estimates
_SUMS = frozenset({"outcome"})  # sides where `a + b` means one model each


@dataclass(slots=True)
class Resolved:
    """The models of a study, by the name of their line; None for a line with a problem of its own."""

    declared: tuple[str, ...]
    drafts: dict[str, tuple[Draft, ...] | None] = field(default_factory=dict)
    models: dict[str, tuple[Model, ...]] = field(default_factory=dict)
    contrasts: dict[str, Contrast] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    known: set[str] = field(default_factory=set)  # lines from an earlier check, drafted where they are varied

    def names(self, reference: Name, *, entries: bool = False) -> tuple[str, ...]:
        """Return the full names of what `algos`, `algos.lasso` or `gap` addresses.

        With `entries` a model's name may go on to that of one of its estimates, `hetero.openness.high`, which
        only the estimation can tell to be there. Raises GipError with G101 for a name that is not there,
        PoisonedError for one whose line is wrong.
        """
        family, _, variant = reference.text.partition(".")
        if family in self.contrasts and not variant:
            return (family,)
        if family in self.drafts and self.drafts[family] is None:
            raise PoisonedError
        found = [m for m in self.models.get(family, ()) if _addresses(variant, m.variant)]
        if not found and entries and any(_may_yield(m, reference) for m in self.models.get(family, ())):
            return (reference.text,)
        if not found:
            known = [m.name for group in self.models.values() for m in group]
            known += self.declared
            raise GipError(
                unknown("G101", reference.span, reference.text, known, kind="model", name=reference.text)
            )
        return tuple(m.name for m in found)


def _addresses(wanted: str, variant: str) -> bool:
    return not wanted or variant == wanted or variant.startswith(wanted + ".")


def _may_yield(model: Model, reference: Name) -> bool:
    """Tell whether a name may be that of one of several estimates of a model."""
    settings = model.settings
    several = (
        len(model.treatments) > 1
        or settings.het is not None
        or settings.event is not None
        or bool(settings.via)
        or settings.model in _SEVERAL
    )
    return several and reference.text.startswith(f"{model.name}.")


def resolve_models(
    declared: Declarations, scope: OptionScope, lets: tuple[Let, ...] = (), known: Known = NOTHING
) -> Resolved:
    """Resolve every model statement; each problem stands at its own line, and spares the other lines.

    `known` are lines of an earlier check in the same context.
    """
    result = Resolved(declared=tuple(declared.models))
    uses = {name: _uses(s) for name, s in declared.models.items()}
    for name in (declared.poisoned & set(declared.models)) | declared.broken.get("model", set()):
        result.drafts[name] = None
    for cycle in cycles(uses):
        shown = " -> ".join(f"`{n}`" for n in (*cycle, cycle[0]))
        where = name_span(declared.models[cycle[0]])
        result.problems.append(problem("G104", where, kind="model", name=cycle[0], cycle=shown))
    order = ordered(uses)
    for name in declared.models:
        if name not in order:
            result.drafts[name] = None
    for name in order:
        if name in result.drafts:
            continue
        statement = declared.models[name]
        same = known.models(name, statement) if result.known.issuperset(uses[name]) else ()
        if same:
            result.models[name] = same
            result.known.add(name)
        else:
            _resolve_line(name, statement, declared, scope, known, result)
    kept = result.known if lets == known.lets else ()
    result.models |= with_definitions({n: m for n, m in result.models.items() if n not in kept}, lets)
    total = sum(len(group) for group in result.models.values())
    if total > MOST_PER_STUDY:
        where = next(iter(declared.models.values())).span
        result.problems.append(problem("G210", where, what="the study", count=total, bound=MOST_PER_STUDY))
        result.models.clear()
    return result


def _uses(statement: ModelStatement) -> list[str]:
    match statement.head:
        case Variation(base=base):
            return [base.text.partition(".")[0]]
        case Difference(left=left, right=right):
            return [left.text.partition(".")[0], right.text.partition(".")[0]]
        case Formula():
            return []


def _resolve_line(
    name: str,
    statement: ModelStatement,
    declared: Declarations,
    scope: OptionScope,
    known: Known,
    result: Resolved,
) -> None:
    found: list[Problem] = []
    try:
        if isinstance(statement.head, Difference):
            result.contrasts[name] = _contrast(name, statement, statement.head, result)
            return
        drafts, found = _drafts(statement, declared, scope.scope, result)
        models, more = _models(
            name, statement, drafts, scope, declared.defaults, known.printed(name, statement)
        )
        found += more
    except PoisonedError:
        drafts, models = (), ()
    except GipError as error:
        found = [*found, *error.problems]
        drafts, models = (), ()
    result.problems += found
    if found or not models:
        result.drafts[name] = None
    else:
        result.drafts[name] = drafts
        result.models[name] = models


def _contrast(name: str, statement: ModelStatement, head: Difference, result: Resolved) -> Contrast:
    if statement.options:
        option = statement.options[0]
        remedy = "give the options to the two models"
        raise GipError(
            problem("G208", option.span, option=option.name.text, what="a difference", remedy=remedy)
        )
    sides = []
    for side in (head.left, head.right):
        names = result.names(side, entries=True)
        if len(names) > 1:
            members = ", ".join(f"`{n}`" for n in names[:6])
            raise GipError(
                problem("G108", side.span, name=side.text, count=len(names), what="models", members=members)
            )
        sides.append(names[0])
    line = print_statement(statement)
    return Contrast(
        name=name,
        left=sides[0],
        right=sides[1],
        line=line,
        span=statement.span,
        left_span=head.left.span,
        right_span=head.right.span,
    )


def _drafts(
    statement: ModelStatement, declared: Declarations, scope: Scope, result: Resolved
) -> tuple[tuple[Draft, ...], list[Problem]]:
    """Spread a line out into drafts: the lists of its formula and options, and the members of its base."""
    own, found = _own_options(statement)
    match statement.head:
        case Formula() as head:
            parts = (head.outcome, head.treatment, *((head.controls,) if head.controls else ()))
            members = spread(parts, statement.span, sums=frozenset({0}))
            bases = tuple(from_formula(m, declared.defaults, scope) for m in members)
        case Variation(base=base):
            result.names(base)
            family, _, wanted = base.text.partition(".")
            _draft_known(family, declared, scope, result)
            drafts = result.drafts.get(family) or ()
            bases = tuple(d for d in drafts if _addresses(wanted, d.variant))
            if len(bases) == 1:
                bases = (replace(bases[0], variant="", choice=""),)
        case Difference():
            raise TypeError("a difference has no drafts")
    members = _members(own, statement.span)
    if len(bases) * len(members) > MOST_PER_STUDY:
        count = len(bases) * len(members)
        raise GipError(problem("G210", statement.span, what="this line", count=count, bound=MOST_PER_STUDY))
    return tuple(vary(b, own, m, scope) for b in bases for m in members), found


def _draft_known(family: str, declared: Declarations, scope: Scope, result: Resolved) -> None:
    """Make the drafts of a known line, and of the lines that it varies, since another line varies it."""
    waiting: list[str] = []
    while family in result.known and family not in result.drafts:
        waiting.append(family)
        family = next(iter(_uses(declared.models[family])), "")
    for name in reversed(waiting):
        result.drafts[name] = _drafts(declared.models[name], declared, scope, result)[0]


def _members(own: Mapping[str, Option], where: Span) -> tuple[Member, ...]:
    """Cross the lists of a line's options; a list that is one value, such as `quantiles=`, stays whole."""
    sums = frozenset(i for i, name in enumerate(own) if name in _SUMS)
    whole = frozenset(i for i, name in enumerate(own) if isinstance(OPTIONS[name].kind, Numbers))
    return spread(tuple(option.value for option in own.values()), where, sums=sums, whole=whole)


def _own_options(statement: ModelStatement) -> tuple[dict[str, Option], list[Problem]]:
    own: dict[str, Option] = {}
    found: list[Problem] = []
    for option in statement.options:
        try:
            check_option(option)
        except GipError as error:
            found.extend(error.problems)
            continue
        if option.name.text in own:
            found.append(problem("G211", option.name.span, name=option.name.text))
        own[option.name.text] = option
    return own, found


def _models(
    name: str,
    statement: ModelStatement,
    drafts: tuple[Draft, ...],
    scope: OptionScope,
    defaults: Mapping[str, Option],
    line: str,
) -> tuple[tuple[Model, ...], list[Problem]]:
    models: list[Model] = []
    found: list[Problem] = []
    where = statement.head.span
    for draft in drafts:
        settings, wrong = _settings(draft, draft.options, scope, defaults, where)

        def again(options: Mapping[str, Option], draft: Draft = draft) -> list[Problem]:
            return _settings(draft, options, scope, defaults, where)[1]

        wrong = [on_the_line(p, statement, draft.options, defaults, again) for p in wrong]
        found += [p for p in wrong if p not in found]
        if settings is None or wrong:
            if not wrong:
                raise PoisonedError
            continue
        full = f"{name}.{draft.variant}" if draft.variant else name
        models.append(
            Model(
                name=full,
                family=name,
                variant=draft.variant,
                choice=draft.choice,
                outcome=draft.outcome,
                treatments=draft.treatments,
                controls=draft.controls,
                settings=settings,
                line=line,
                span=statement.span,
            )
        )
    return tuple(models), found


def _settings(
    draft: Draft,
    options: Mapping[str, Option],
    scope: OptionScope,
    defaults: Mapping[str, Option],
    where: Span,
) -> tuple[Settings | None, list[Problem]]:
    """Type the options of a draft and check what they go with."""
    settings, wrong = resolve_settings(options, scope, where)
    if settings is None:
        return None, wrong
    panel = scope.scope.panel
    outcome, treatments, controls = draft.outcome, draft.treatments, draft.controls
    return settings, [
        *model_conflicts(settings, options, defaults, panel, where),
        *mediation_conflicts(settings, options, defaults, treatments),
        *heterogeneity_conflicts(settings, options, defaults, outcome, treatments),
        *placebo_conflicts(settings, options, defaults, treatments, panel),
        *sensitivity_conflicts(settings, options, controls),
        *arity_conflicts(settings, options, defaults, treatments, controls, where),
        *role_conflicts(settings, options, outcome, treatments, controls),
    ]
