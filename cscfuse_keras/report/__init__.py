"""What an evaluation shows and leaves behind: a table on screen, CSV, JSON and a page with the pictures."""

from cscfuse_keras.report.evaluation_report import EvaluationReport
from cscfuse_keras.report.scores import Judged, Mean, means
from cscfuse_keras.report.screen import ScoreTable

__all__ = ["EvaluationReport", "Judged", "Mean", "ScoreTable", "means"]
