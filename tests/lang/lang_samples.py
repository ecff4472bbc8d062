"""The example of the language that the documentation shows."""

EXAMPLE = """
study "Green Industrial Parks and industrial-chain resilience"

data "gip_panel.dta"                        # .dta .csv .xlsx .parquet .sav; or causaldata::castle
panel city year                             # unit, time

label gip "Green industrial park"           # overrides labels that the file carries
let lngdp      = log(gdp)
let resilience = entropy(+resist, +recover, +adapt, -volatility)
set controls   = lngdp + density + poly(urban, 2) + finance:fdi
sample recent  = year >= 2010 and not municipality
learner best   = stack(rf(trees=500, leaf=5), lasso, gbm)
defaults folds=5; reps=5                    # fe=city + year is the default of a panel

resilience ~ gip | controls; learner=rf; het=openness       # unnamed: m1

base     <- resilience ~ gip | controls
quad     <- base; add=square(controls)                      # a variation of base
algos    <- base; learner=[lasso, rf, nnet, best]           # fans out: algos.lasso, algos.rf, ...
recent   <- base; sample=recent
winsor   <- base; winsor=[1%, 5%]
rivals   <- base; add=[lowcarbon, smartcity, lowcarbon + smartcity]
alt      <- base; outcome=resilience_pca
hetero   <- base; het=[openness, digital, compute, region, resource]
mech     <- base; via=[patents, upgrading]
fake     <- base; placebo=500
event    <- base; event=-5..5

table main "Baseline": base, quad, algos.lasso
table robust "Robustness":
    panel "A. Samples" (recent, winsor),
    panel "B. Algorithms" (algos)
figure event_study "Dynamic effects": event
"""
