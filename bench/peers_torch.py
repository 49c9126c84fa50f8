"""PyTorch's part of `npm run bench:peers`, one thread: waits for one JSON request a line and answers each with a rate, so that the caller can measure in turns.

Forward-Forward as Hinton 2022 describes it for supervised learning: a positive and a negative row for each image, the label in the first ten values,
layer normalisation between layers, one logistic on the goodness difference, Adam. Gradients are local, so they are written out as matrix products
and autograd is off: that is faster than the public scripts. Frames are random: what is measured is a peer's speed, not its accuracy.
"""
import json
import sys
import time

try:
    import torch
except ImportError:
    sys.exit(3)

torch.set_num_threads(1)
torch.set_grad_enabled(False)
CLASSES = 10
INPUTS = 784


class Layer:
    def __init__(self, inputs, units):
        self.weights = torch.randn(inputs, units) / inputs**0.5
        self.first = torch.zeros_like(self.weights)
        self.second = torch.zeros_like(self.weights)
        self.steps = 0

    def learn(self, x, coefficients, rate=1e-3):
        gradient = x.t() @ coefficients
        self.steps += 1
        self.first.mul_(0.9).add_(gradient, alpha=0.1)
        self.second.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
        root = (self.second / (1 - 0.999**self.steps)).sqrt_().add_(1e-8)
        self.weights.addcdiv_(self.first, root, value=rate / (1 - 0.9**self.steps))


def normalised(y, goodness):
    return y / (goodness / y.shape[1]).sqrt_().clamp_(min=1e-6).unsqueeze(1)


def train(layers, frames, labels):
    count = frames.shape[0]
    wrong = (labels + torch.randint(1, CLASSES, labels.shape)) % CLASSES
    x = torch.cat([frames, frames])
    x[:, :CLASSES] = 0
    x[torch.arange(2 * count), torch.cat([labels, wrong])] = 3
    for layer in layers:
        y = (x @ layer.weights).relu_()
        goodness = (y * y).sum(1)
        c = torch.sigmoid((goodness[count:] - goodness[:count]) / 20)
        layer.learn(x, y * torch.cat([c, -c]).unsqueeze(1))
        x = normalised(y, goodness)


def predict(layers, frames, labels):
    count = frames.shape[0]
    x = frames.repeat_interleave(CLASSES, 0)
    x[:, :CLASSES] = 0
    x[torch.arange(CLASSES * count), torch.arange(CLASSES).repeat(count)] = 3
    scores = torch.zeros(CLASSES * count)
    for layer in layers:
        y = (x @ layer.weights).relu_()
        goodness = (y * y).sum(1)
        scores += goodness
        x = normalised(y, goodness)
    return scores.view(count, CLASSES).argmax(1)


networks = {}
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    key = tuple(job["layers"])
    if key not in networks:
        widths = [INPUTS, *key]
        networks[key] = [Layer(a, b) for a, b in zip(widths, widths[1:])]
    batch = job["batch"]
    frames, labels = torch.rand(batch, INPUTS), torch.randint(0, CLASSES, (batch,))
    work = train if job["kind"] == "train" else predict
    start, done = time.perf_counter(), 0
    while done == 0 or time.perf_counter() - start < job["seconds"]:
        work(networks[key], frames, labels)
        done += batch
    print(json.dumps(done / (time.perf_counter() - start)), flush=True)
