"""PyTorch's part of `npm run bench:time`, one thread: trains until a test error is reached or a limit passed, and prints one JSON line an epoch.

recipe ff: Forward-Forward as the public PyTorch reimplementations of Hinton 2022 train it on MNIST: batches of 100, label over the first ten pixels, random
wrong labels as negatives, layer normalisation, logistic loss on (sum of squares - units), peer normalisation 0.03, SGD with momentum 0.9, rate 0.001,
weight decay 0.0003, a linear softmax on the normalised activities of all but the first layer (rate 0.01, decay 0.003), both rates constant for half of the
epochs and then falling linearly. The error is the softmax's, with the neutral label.

recipe backprop: the same layers with ReLU and a softmax, Adam 0.001, batches of 128.
"""
import gzip
import json
import sys
import time

try:
    import numpy
    import torch
    from torch.nn import functional as F
except ImportError:
    sys.exit(3)

torch.set_num_threads(1)
CLASSES = 10


def idx(path, offset):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        return torch.from_numpy(numpy.frombuffer(file.read(), numpy.uint8, offset=offset).copy())


def load(job):
    images = [idx(job[name], 16).view(-1, 784).float() / 255 for name in ("trainImages", "testImages")]
    labels = [idx(job[name], 8).long() for name in ("trainLabels", "testLabels")]
    return images[0], labels[0], images[1], labels[1]


def with_label(images, labels):
    x = images.clone()
    x[:, :CLASSES] = 0
    x[torch.arange(len(x)), labels] = 1
    return x


def neutral(images):
    x = images.clone()
    x[:, :CLASSES] = 1 / CLASSES
    return x


def normalise(x):
    return x / (x.pow(2).mean(-1, keepdim=True).sqrt() + 1e-8)


class ForwardForward:
    def __init__(self, job):
        widths = [784, *job["layers"]]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        for layer in self.layers:
            torch.nn.init.normal_(layer.weight, std=layer.in_features**-0.5)
            torch.nn.init.zeros_(layer.bias)
        self.softmax = torch.nn.Linear(sum(widths[2:]), CLASSES, bias=False)
        torch.nn.init.zeros_(self.softmax.weight)
        self.means = [torch.full((units,), 0.5) for units in job["layers"]]
        self.rates = (0.001, 0.01)
        self.optimiser = torch.optim.SGD(
            [{"params": self.layers.parameters(), "weight_decay": 0.0003}, {"params": self.softmax.parameters(), "weight_decay": 0.003}], lr=0.001, momentum=0.9)
        self.batch = 100

    def schedule(self, epoch, epochs):
        share = min(1.0, 2 * (1 + epochs - epoch) / epochs)
        for group, rate in zip(self.optimiser.param_groups, self.rates):
            group["lr"] = rate * share

    def states(self, x):
        seen = []
        x = normalise(x)
        for layer in self.layers:
            x = normalise(F.relu(layer(x)))
            seen.append(x)
        return torch.cat(seen[1:], 1)

    def step(self, images, labels):
        count = len(images)
        wrong = (labels + torch.randint(1, CLASSES, labels.shape)) % CLASSES
        x = normalise(torch.cat([with_label(images, labels), with_label(images, wrong)]))
        sign = torch.cat([torch.ones(count), torch.zeros(count)])
        loss = 0.0
        for index, layer in enumerate(self.layers):
            y = F.relu(layer(x))
            means = y[:count].mean(0)
            self.means[index] = 0.9 * self.means[index].detach() + 0.1 * means
            loss = loss + 0.03 * (self.means[index].mean() - self.means[index]).pow(2).mean()
            loss = loss + F.binary_cross_entropy_with_logits(y.pow(2).sum(1) - y.shape[1], sign)
            x = normalise(y.detach())
        with torch.no_grad():
            states = self.states(neutral(images))
        loss = loss + F.cross_entropy(self.softmax(states), labels)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()

    def classes(self, images):
        return self.softmax(self.states(neutral(images))).argmax(1)


class Backprop:
    def __init__(self, job):
        widths = [784, *job["layers"]]
        parts = [part for a, b in zip(widths, widths[1:]) for part in (torch.nn.Linear(a, b), torch.nn.ReLU())]
        self.network = torch.nn.Sequential(*parts, torch.nn.Linear(widths[-1], CLASSES))
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=0.001)
        self.batch = 128

    def schedule(self, epoch, epochs):
        pass

    def step(self, images, labels):
        self.optimiser.zero_grad()
        F.cross_entropy(self.network(images), labels).backward()
        self.optimiser.step()

    def classes(self, images):
        return self.network(images).argmax(1)


job = json.loads(sys.argv[1])
torch.manual_seed(job["seed"])
images, labels, test_images, test_labels = load(job)
start = time.perf_counter()
model = {"ff": ForwardForward, "backprop": Backprop}[job["recipe"]](job)
seconds = time.perf_counter() - start
for epoch in range(1, job["epochs"] + 1):
    start = time.perf_counter()
    model.schedule(epoch, job["epochs"])
    order = torch.randperm(len(images))
    for chunk in order.split(model.batch):
        model.step(images[chunk], labels[chunk])
    seconds += time.perf_counter() - start
    with torch.no_grad():
        error = 100 * (1 - (model.classes(test_images) == test_labels).float().mean().item())
    print(json.dumps({"epoch": epoch, "seconds": round(seconds, 2), "error": round(error, 2), "version": torch.__version__}), flush=True)
    if error <= job["target"] or seconds > job["limit"]:
        break
