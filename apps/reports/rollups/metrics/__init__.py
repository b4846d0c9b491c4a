"""Every metric that is counted by day; a new one stands in its module's METRICS and no more."""

from apps.reports.rollups.metric import Metric
from apps.reports.rollups.metrics import comments, people, posts, staff

METRICS: dict[str, Metric] = {
    metric.name: metric for module in (posts, comments, people, staff) for metric in module.METRICS
}
