"""On the whole built-in city, planning one school again leaves every other school's runs as they were."""

import pytest

from data.problems import routes
from data.synthetic import make
from optimiser.core.limits import Limits
from optimiser.routes.planning import plan_city
from optimiser.routes.replanning import replan
from optimiser.routes.verifier import verify
from tests.benchmarks.city_desk import largest_school, of_others


@pytest.mark.full
def test_one_school_of_the_full_city_is_planned_again_and_no_other_touched():
    problem = routes.build(make("full", seed=1)).problem
    plan = plan_city(problem, limits=Limits(work=9000), seed=1)[0]
    school = largest_school(problem)
    again = replan(problem, plan, schools=[school], limits=Limits(work=4000), scratch=True)
    assert of_others(problem, again, school) == of_others(problem, plan, school)
    assert again != plan
    assert not [violation for violation in verify(problem, again) if violation.hard]
