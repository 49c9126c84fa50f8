"""PyTorch's part of `npm run bench:peers`: FF with Adam on random frames of MNIST's shape, one thread, local gradients written out (no autograd)."""
import json
import sys
import time

try:
    import torch
except ImportError:
    sys.exit(3)

job = json.loads(sys.argv[1])
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


def step(layers, frames, labels):
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
        x = y / (goodness / y.shape[1]).sqrt_().clamp_(min=1e-6).unsqueeze(1)


results = []
for batch in job["batches"]:
    widths = [INPUTS] + job["layers"]
    layers = [Layer(a, b) for a, b in zip(widths, widths[1:])]
    frames, labels = torch.rand(batch, INPUTS), torch.randint(0, CLASSES, (batch,))
    step(layers, frames, labels)
    rates = []
    for _ in range(job["rounds"]):
        start, done = time.perf_counter(), 0
        while time.perf_counter() - start < job["seconds"]:
            step(layers, frames, labels)
            done += batch
        rates.append(done / (time.perf_counter() - start))
    results.append({"name": "PyTorch, Adam", "batch": batch, "version": torch.__version__, "samplesPerSecond": round(sorted(rates)[len(rates) // 2], 1)})
print(json.dumps(results))
