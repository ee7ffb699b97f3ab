"""Partial least squares as the literature writes it: on scores, one construct after another.

Slow and without any of the library's code: Lohmöller (1989), Latent Variable Path Modeling with
Partial Least Squares; Dijkstra and Henseler (2015) for the correction.
"""

import numpy as np


def standardize(x, weights=None):
    """Subtract the mean and divide by the standard deviation."""
    return (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)


def correlation(a, b):
    return float(np.corrcoef(a, b)[0, 1])


def reference(data, model, scheme, *, standardized=True, consistent=False, tolerance=1e-7):
    """Return weights, loadings, paths, R2 and scores as dictionaries by name."""
    own = {c.name: data[list(c.items)].to_numpy(float) for c in model.constructs}
    z = {j: standardize(x) if standardized else x - x.mean(axis=0) for j, x in own.items()}
    weights = {j: np.ones(x.shape[1]) for j, x in z.items()}
    weights = {j: w / (z[j] @ w).std(ddof=1) for j, w in weights.items()}
    for _ in range(1000):
        scores = {j: z[j] @ weights[j] for j in z}
        new = {}
        for c in model.constructs:
            sources = [p.source for p in model.paths if p.target == c.name]
            targets = [p.target for p in model.paths if p.source == c.name]
            inner = np.zeros(len(data))
            if scheme == "path":
                if sources:
                    causes = np.column_stack([scores[s] for s in sources])
                    inner += causes @ np.linalg.lstsq(causes, scores[c.name], rcond=None)[0]
                for t in targets:
                    inner += correlation(scores[c.name], scores[t]) * scores[t]
            else:
                for other in sources + targets:
                    r = correlation(scores[c.name], scores[other])
                    inner += (np.sign(r) if scheme == "centroid" else r) * scores[other]
            if c.mode == "A":
                w = z[c.name].T @ inner
            else:
                w = np.linalg.lstsq(z[c.name], inner, rcond=None)[0]
            new[c.name] = w / (z[c.name] @ w).std(ddof=1)
        change = sum(np.abs(new[j] - weights[j]).sum() for j in z)
        weights = new
        if change < tolerance:
            break
    else:
        raise AssertionError("the reference did not come to rest")
    return _judge(own, z, weights, model, standardized, consistent)


def _judge(own, z, weights, model, standardized, consistent):
    scores = {j: z[j] @ weights[j] for j in z}
    loadings = {
        j: np.array([correlation(own[j][:, i], scores[j]) for i in range(own[j].shape[1])])
        for j in z
    }
    for j in z:
        if loadings[j].sum() < 0:
            weights[j], scores[j], loadings[j] = -weights[j], -scores[j], -loadings[j]
    if not standardized:
        weights = {j: weights[j] * own[j].std(axis=0, ddof=1) for j in z}
    names = list(model.names)
    latent = np.array([[correlation(scores[a], scores[b]) for b in names] for a in names])
    rho = {c.name: _rho_a(own[c.name], weights[c.name], c.mode) for c in model.constructs}
    if consistent:
        for a, one in enumerate(names):
            for b, other in enumerate(names):
                if a != b:
                    latent[a, b] /= np.sqrt(rho[one] * rho[other])
        for c in model.constructs:
            if c.mode == "A" and len(c.items) > 1:
                w = weights[c.name]
                loadings[c.name] = w * np.sqrt(rho[c.name]) / (w @ w)
    paths, r2 = {}, {}
    for j, name in enumerate(names):
        sources = [names.index(p.source) for p in model.paths if p.target == name]
        if sources:
            b = np.linalg.solve(latent[np.ix_(sources, sources)], latent[sources, j])
            r2[name] = float(b @ latent[sources, j])
            paths |= {(names[s], name): float(v) for s, v in zip(sources, b, strict=True)}
    return {
        "weights": weights,
        "loadings": loadings,
        "scores": scores,
        "paths": paths,
        "r2": r2,
        "rho_a": rho,
        "total": _total(paths, names),
    }


def _rho_a(x, w, mode):
    if mode == "B" or x.shape[1] == 1:
        return 1.0
    s = np.corrcoef(x, rowvar=False)
    top = w @ (s - np.diag(np.diag(s))) @ w
    bottom = w @ (np.outer(w, w) - np.diag(w**2)) @ w
    return float((w @ w) ** 2 * top / bottom)


def _total(paths, names):
    """Add up the products along every way, found by walking."""
    total = {}

    def walk(start, here, effect):
        for (source, target), value in paths.items():
            if source == here:
                total[start, target] = total.get((start, target), 0.0) + effect * value
                walk(start, target, effect * value)

    for name in names:
        walk(name, name, 1.0)
    return total


def htmt(data, one, other):
    """Return the heterotrait-monotrait ratio from its definition."""
    r = data.corr().abs()
    between = np.mean([r.loc[a, b] for a in one for b in other])

    def within(items):
        if len(items) == 1:
            return 1.0
        return np.mean([r.loc[a, b] for a in items for b in items if a != b])

    return between / np.sqrt(within(one) * within(other))
