"""
Metrics by their definitions, in exact fractions or float64: what scikit-learn computes, whose names and conventions these are.
Pairs, thresholds and classes are counted one by one.
"""

import math
import zlib
from fractions import Fraction

import numpy as np

# Name, metric, its settings, number of samples, and how the samples are drawn.
CASES = [
    (f"{average} of {name}", metric, {"average": average, "classes": classes}, count, {"missing": missing})
    for metric in ("precision", "recall", "f1")
    for average, name, classes, count, missing in [
        ("binary", "two classes", 2, 40, []), ("binary", "no positive", 2, 9, [1]), ("micro", "four classes", 4, 50, []),
        ("macro", "four classes", 4, 50, []), ("macro", "an absent class", 5, 30, [2]), ("weighted", "four classes", 4, 50, []),
        ("macro", "one sample", 3, 1, [])]
] + [
    ("two classes", "accuracy", {"classes": 2}, 30, {}),
    ("seven classes", "accuracy", {"classes": 7}, 100, {}),
    ("best of five", "top_k", {"k": 1, "classes": 5}, 60, {}),
    ("three of five", "top_k", {"k": 3, "classes": 5}, 60, {}),
    ("ties", "top_k", {"k": 2, "classes": 4}, 60, {"levels": 2}),
    ("all of three", "top_k", {"k": 3, "classes": 3}, 10, {}),
    ("no ties", "roc_auc", {}, 80, {}),
    ("many ties", "roc_auc", {}, 80, {"levels": 4}),
    ("all tied", "roc_auc", {}, 20, {"levels": 1}),
    ("one of each", "roc_auc", {}, 2, {"actual": [1, 0]}),
    ("one class", "roc_auc", {}, 5, {"actual": [1, 1, 1, 1, 1]}),
    ("three classes", "roc_auc_ovr", {"classes": 3}, 70, {}),
    ("five classes with ties", "roc_auc_ovr", {"classes": 5}, 70, {"levels": 3}),
    ("an absent class", "roc_auc_ovr", {"classes": 3}, 20, {"missing": [0]}),
    ("no ties", "average_precision", {}, 80, {}),
    ("many ties", "average_precision", {}, 80, {"levels": 4}),
    ("all tied", "average_precision", {}, 20, {"levels": 1}),
    ("no positive", "average_precision", {}, 4, {"actual": [0, 0, 0, 0]}),
    ("ordinary", "mse", {}, 50, {}), ("ordinary", "rmse", {}, 50, {}), ("ordinary", "mae", {}, 50, {}), ("ordinary", "r2", {}, 50, {}),
    ("far from 0", "r2", {}, 50, {"offset": 1e4}),
    ("worse than the mean", "r2", {}, 20, {"noise": 9.0}),
    ("constant", "r2", {}, 4, {"actual": [2.5, 2.5, 2.5, 2.5]}),
    ("one value", "r2", {}, 1, {}),
    ("ten tokens", "perplexity", {"classes": 10}, 30, {}),
    ("ignored positions", "perplexity", {"classes": 6, "ignore": -100}, 30, {"ignored": [0, 7, 8]}),
    ("large logits", "perplexity", {"classes": 6}, 12, {"scale": 300.0}),
]


def run(label, metric, settings, count, drawing):
    random = np.random.RandomState(zlib.crc32(f"{metric} {label}".encode()))
    if metric in ("mse", "rmse", "mae", "r2"):
        actual = drawing.get("actual", random.normal(drawing.get("offset", 0), 2, count).astype(np.float32).tolist())
        scores = (np.array(actual) + random.normal(0, drawing.get("noise", 0.7), count)).astype(np.float32)
    else:
        actual = drawing.get("actual", labels(random, settings.get("classes", 2), count, drawing))
        scores = predictions(random, metric, settings, actual, drawing)
    value = METRICS[metric](actual, scores.tolist(), **settings)
    return {
        "name": f"{metric}: {label}",
        "metric": metric,
        "settings": settings,
        "actual": actual,
        "scores": [float(str(v)) for v in scores.reshape(-1)],
        "value": "NaN" if value is None or math.isnan(value) else float(value),
    }


def labels(random, classes, count, drawing):
    present = [c for c in range(classes) if c not in drawing.get("missing", [])]
    drawn = random.choice(present, count).tolist()
    for position in drawing.get("ignored", []):
        drawn[position] = -100
    return drawn


def predictions(random, metric, settings, actual, drawing):
    """Decisions, or scores that tell something of the actual class."""
    classes = settings.get("classes", 2)
    right = np.array(actual)
    if metric in ("precision", "recall", "f1", "accuracy"):
        others = [c for c in range(classes) if c not in drawing.get("missing", [])]
        return np.where(random.uniform(size=len(actual)) < 0.6, right, random.choice(others, len(actual))).astype(np.float32)
    if metric in ("roc_auc", "average_precision"):
        scores = random.normal(size=len(actual)) + right
    else:
        scores = random.normal(size=(len(actual), classes)) + 1.5 * (right[:, None] == np.arange(classes))
    if "levels" in drawing:
        scores = np.floor((scores - scores.min()) / (scores.max() - scores.min() + 1e-9) * drawing["levels"])
    return np.round(scores * drawing.get("scale", 1), 4).astype(np.float32)


def shares(actual, predicted, label):
    both = sum(a == label == p for a, p in zip(actual, predicted))
    return both, sum(p == label for p in predicted), actual.count(label)


def precision_of(both, predicted, support):
    return Fraction(both, predicted) if predicted else Fraction(0)


def recall_of(both, predicted, support):
    return Fraction(both, support) if support else Fraction(0)


def f1_of(both, predicted, support):
    return Fraction(2 * both, predicted + support) if predicted + support else Fraction(0)


def averaged(score):
    def value(actual, predicted, average, classes):
        counts = [shares(actual, predicted, label) for label in range(classes)]
        if average == "binary":
            return score(*counts[1])
        if average == "micro":
            return score(*(sum(column) for column in zip(*counts)))
        if average == "macro":
            scores = [score(*c) for c in counts if c[1] + c[2]]
            return sum(scores) / len(scores)
        return sum(score(*c) * c[2] for c in counts) / len(actual)
    return value


def accuracy(actual, predicted, classes):
    return Fraction(sum(a == p for a, p in zip(actual, predicted)), len(actual))


def top_k(actual, scores, k, classes):
    ranked = [sorted(range(classes), key=lambda c: (-row[c], c)) for row in scores]
    return Fraction(sum(a in order[:k] for a, order in zip(actual, ranked)), len(actual))


def roc_auc(actual, scores):
    positive = [s for a, s in zip(actual, scores) if a]
    negative = [s for a, s in zip(actual, scores) if not a]
    if not positive or not negative:
        return None
    wins = sum(Fraction((p > n) * 2 + (p == n), 2) for p in positive for n in negative)
    return wins / (len(positive) * len(negative))


def roc_auc_ovr(actual, scores, classes):
    areas = [roc_auc([a == c for a in actual], [row[c] for row in scores]) for c in range(classes)]
    return None if None in areas else sum(areas) / classes


def average_precision(actual, scores):
    if not any(actual):
        return None
    total, recall = Fraction(0), Fraction(0)
    for threshold in sorted(set(scores), reverse=True):
        taken = [a for a, s in zip(actual, scores) if s >= threshold]
        reached = Fraction(sum(taken), sum(actual))
        total += (reached - recall) * Fraction(sum(taken), len(taken))
        recall = reached
    return total


def exact(values):
    return [Fraction(float(np.float32(v))) for v in values]


def mse(actual, predicted):
    return sum((p - a) ** 2 for a, p in zip(exact(actual), exact(predicted))) / len(actual)


def mae(actual, predicted):
    return sum(abs(p - a) for a, p in zip(exact(actual), exact(predicted))) / len(actual)


def r2(actual, predicted):
    if len(actual) < 2:
        return None
    values = exact(actual)
    mean = sum(values) / len(values)
    spread = sum((v - mean) ** 2 for v in values)
    errors = mse(actual, predicted) * len(actual)
    return 1 - errors / spread if spread else Fraction(errors == 0)


def perplexity(actual, logits, classes, ignore=None):
    losses = []
    for a, row in zip(actual, logits):
        if a != ignore:
            largest = max(row)
            losses.append(math.log(math.fsum(math.exp(x - largest) for x in row)) + largest - row[a])
    return math.exp(math.fsum(losses) / len(losses))


METRICS = {
    "precision": averaged(precision_of), "recall": averaged(recall_of), "f1": averaged(f1_of), "accuracy": accuracy,
    "top_k": top_k, "roc_auc": roc_auc, "roc_auc_ovr": roc_auc_ovr, "average_precision": average_precision,
    "mse": mse, "rmse": lambda a, p: math.sqrt(mse(a, p)), "mae": mae, "r2": r2, "perplexity": perplexity,
}
