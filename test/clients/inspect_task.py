"""A small evaluation of Inspect's, whose model is a served workflow."""

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import includes
from inspect_ai.solver import generate


@task
def sums():
    """Any answer that is a text holds the empty one: what counts is that each sample is asked, answered and scored."""
    samples = [Sample(input=f"What is {number} plus 4?", target="") for number in range(12)]
    return Task(dataset=samples, solver=generate(), scorer=includes())
