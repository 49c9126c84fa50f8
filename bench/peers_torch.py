"""PyTorch's part of `npm run bench:peers`, one thread: waits for one JSON request a line and answers each with a number, so that the caller can measure in turns.

Forward-Forward as Hinton 2022 describes it for supervised learning: the label in the first ten values, layer normalisation between layers, one logistic on
the difference of the goodnesses of a positive and a negative row. Two forms:

hard      what Mayfly does by default: a pass with the neutral label, a softmax readout that learns from it, the wrong label drawn from its probabilities
          for each image of the batch, then the positive and the negative row.
random    without neutral pass and readout: the wrong label is any.

In three styles, the first two with gradients written out as matrix products, since they are local, and autograd off:

by hand   a row for each label and pass, Adam in four lines: what the aims were set with.
lean      as lean as PyTorch can be. The image's part of the first layer's sums and gradient, the largest product, is made once for all passes of an image;
          Adam takes fewer passes over the weights; and denormal numbers count as 0: without that, moments of Adam that fade make a step of batch 1
          four times as slow after a thousand steps. With Adam, or, as the engine learns, without.
autograd  random only, as public scripts write it: torch.optim.Adam for each layer, loss.backward().

Frames are random for a rate: a dense product takes the same time for every value, and what is measured is speed. That each form learns, the request
"learn" shows: the test error in percent, by goodness, after one epoch of real images.
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
torch.set_grad_enabled(False)
CLASSES = 10
INPUTS = 784
LEVEL = 3.0
TEMPERATURE = 20.0
ADAM_RATE = 1e-3
PLAIN_RATE = 1.5e-3


class Plain:
    """A matrix [inputs][units] that follows its gradient, the sum over a batch."""

    def __init__(self, values):
        self.values = values

    def learn(self, x, coefficients):
        self.values.addmm_(x.t(), coefficients, alpha=-PLAIN_RATE)

    def learn_first(self, pixels, of_pixels, labels, of_labels):
        """Of the first layer, whose first rows are the label's: an image has its rows once, a label for each row of `of_labels`."""
        self.values[CLASSES:].addmm_(pixels.t(), of_pixels, alpha=-PLAIN_RATE)
        self.values.index_add_(0, labels, of_labels, alpha=-PLAIN_RATE * LEVEL)


class Adam:
    """The same with Adam. Its memory is made once."""

    def __init__(self, values):
        self.values, self.steps = values, 0
        self.first, self.second, self.gradient, self.root = (torch.zeros_like(values) for _ in range(4))

    def learn(self, x, coefficients):
        torch.mm(x.t(), coefficients, out=self.gradient)
        self.step()

    def learn_first(self, pixels, of_pixels, labels, of_labels):
        torch.mm(pixels.t(), of_pixels, out=self.gradient[CLASSES:])
        self.gradient[:CLASSES].zero_().index_add_(0, labels, of_labels, alpha=LEVEL)
        self.step()

    def step(self):
        """Both bias corrections are in two numbers: one pass less over the weights."""
        self.steps += 1
        first, second = 1 - 0.9**self.steps, (1 - 0.999**self.steps) ** 0.5
        self.first.lerp_(self.gradient, 0.1)
        self.second.mul_(0.999).addcmul_(self.gradient, self.gradient, value=0.001)
        torch.sqrt(self.second, out=self.root).add_(1e-8 * second)
        self.values.addcdiv_(self.first, self.root, value=-ADAM_RATE * second / first)


def goodness_of(y):
    return torch.einsum("ij,ij->i", y, y)


def normalised(y, goodness):
    """Each row over its root mean square."""
    return y * (goodness / y.shape[1]).clamp_(min=1e-12).rsqrt_().unsqueeze(1)


class ForwardForward:
    def __init__(self, widths, hard, weights):
        self.layers = [weights(torch.randn(a, b) / a**0.5) for a, b in zip(widths, widths[1:])]
        # The readout's parts, one for each layer but the first.
        self.parts = [weights(torch.zeros(units, CLASSES)) for units in widths[2:]] if hard else []

    def train(self, frames, labels):
        first = self.layers[0].values
        pixels = frames[:, CLASSES:]
        sums = pixels @ first[CLASSES:]
        wrong = self.hard_negatives(sums, labels) if self.parts else (labels + torch.randint(1, CLASSES, labels.shape)) % CLASSES
        y = torch.cat([torch.add(sums, first[labels], alpha=LEVEL), torch.add(sums, first[wrong], alpha=LEVEL)]).relu_()
        count = len(labels)
        for index, layer in enumerate(self.layers):
            if index > 0:
                y = (x @ layer.values).relu_()
            goodness = goodness_of(y)
            c = torch.sigmoid((goodness[count:] - goodness[:count]) / TEMPERATURE)
            coefficients = y * torch.cat([-c, c]).unsqueeze(1)
            if index == 0:
                layer.learn_first(pixels, coefficients[:count] + coefficients[count:], torch.cat([labels, wrong]), coefficients)
            else:
                layer.learn(x, coefficients)
            if index + 1 < len(self.layers):
                x = normalised(y, goodness)

    def hard_negatives(self, sums, labels):
        """The neutral pass; the readout learns; one wrong label for each image by the probabilities from before it learned."""
        states = self.neutral(sums)
        probabilities = torch.softmax(self.logits(states), 1)
        each = torch.arange(len(labels))
        # The largest p / e, with e exponentially distributed, is class c with probability p_c.
        odds = probabilities / torch.empty_like(probabilities).exponential_()
        odds[each, labels] = -1
        probabilities[each, labels] -= 1
        for part, x in zip(self.parts, states):
            part.learn(x, probabilities)
        return odds.argmax(1)

    def neutral(self, sums):
        """What the readout sees, by part."""
        y = self.neutral_first(sums).relu_()
        x = normalised(y, goodness_of(y))
        states = []
        for layer in self.layers[1:]:
            y = (x @ layer.values).relu_()
            x = normalised(y, goodness_of(y))
            states.append(x)
        return states

    def neutral_first(self, sums):
        """The first layer's sums with the neutral label, from the image's."""
        return torch.add(sums, self.layers[0].values[:CLASSES].mean(0), alpha=LEVEL)

    def logits(self, states):
        logits = states[0] @ self.parts[0].values
        for x, part in zip(states[1:], self.parts[1:]):
            logits.addmm_(x, part.values)
        return logits

    def predict(self, frames):
        """The class of most goodness; the image's part of the first layer's sums serves all labels."""
        first = self.layers[0].values
        sums = frames[:, CLASSES:] @ first[CLASSES:]
        y = torch.add(sums.unsqueeze(1), first[:CLASSES], alpha=LEVEL).relu_().view(-1, first.shape[1])
        scores = goodness = goodness_of(y)
        for layer in self.layers[1:]:
            y = (normalised(y, goodness) @ layer.values).relu_()
            goodness = goodness_of(y)
            scores = scores + goodness
        return scores.view(-1, CLASSES).argmax(1)


def labelled(frames, labels):
    """The label in the first values, of a root mean square of 1 without them."""
    x = frames.clone()
    x[:, :CLASSES] = 0
    x[torch.arange(len(x)), labels] = LEVEL
    return x


class AdamByHand:
    def __init__(self, values):
        self.values, self.steps = values, 0
        self.first, self.second = torch.zeros_like(values), torch.zeros_like(values)

    def learn(self, x, coefficients):
        gradient = x.t() @ coefficients
        self.steps += 1
        self.first.mul_(0.9).add_(gradient, alpha=0.1)
        self.second.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
        root = (self.second / (1 - 0.999**self.steps)).sqrt_().add_(1e-8)
        self.values.addcdiv_(self.first, root, value=-ADAM_RATE / (1 - 0.9**self.steps))


class ByHand(ForwardForward):
    """The same network, each pass by itself."""

    def __init__(self, widths, hard):
        super().__init__(widths, hard, AdamByHand)

    def train(self, frames, labels):
        count = len(labels)
        if self.parts:
            x = frames.clone()
            x[:, :CLASSES] = LEVEL / CLASSES
            wrong = self.hard_negatives(x @ self.layers[0].values, labels)
        else:
            wrong = (labels + torch.randint(1, CLASSES, labels.shape)) % CLASSES
        x = torch.cat([labelled(frames, labels), labelled(frames, wrong)])
        for layer in self.layers:
            y = (x @ layer.values).relu_()
            goodness = (y * y).sum(1)
            c = torch.sigmoid((goodness[count:] - goodness[:count]) / TEMPERATURE)
            layer.learn(x, y * torch.cat([-c, c]).unsqueeze(1))
            x = normalised(y, goodness)

    def neutral_first(self, sums):
        return sums


class Autograd:
    """As public scripts write it: a row for each label, modules, optimisers, backward()."""

    def __init__(self, widths):
        self.layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
        self.optimisers = [torch.optim.Adam(layer.parameters(), lr=ADAM_RATE) for layer in self.layers]

    @staticmethod
    def normalised(y):
        return y / (y.pow(2).mean(1, keepdim=True).sqrt() + 1e-6)

    def train(self, frames, labels):
        wrong = (labels + torch.randint(1, CLASSES, labels.shape)) % CLASSES
        x_positive, x_negative = labelled(frames, labels), labelled(frames, wrong)
        with torch.enable_grad():
            for layer, optimiser in zip(self.layers, self.optimisers):
                positive, negative = F.relu(layer(x_positive)), F.relu(layer(x_negative))
                loss = F.softplus((negative.pow(2).sum(1) - positive.pow(2).sum(1)) / TEMPERATURE).mean()
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                x_positive, x_negative = self.normalised(positive.detach()), self.normalised(negative.detach())

    def predict(self, frames):
        scores = []
        for label in range(CLASSES):
            x, score = labelled(frames, torch.full((len(frames),), label)), 0
            for layer in self.layers:
                y = F.relu(layer(x))
                score = score + y.pow(2).sum(1)
                x = self.normalised(y)
            scores.append(score)
        return torch.stack(scores, 1).argmax(1)


def network_of(job):
    widths = [INPUTS, *job["layers"]]
    if job["style"] == "autograd":
        return Autograd(widths)
    if job["style"] == "by hand":
        return ByHand(widths, job["form"] == "hard")
    return ForwardForward(widths, job["form"] == "hard", Adam if job["style"] == "lean" else Plain)


def idx(path, offset):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        return torch.from_numpy(numpy.frombuffer(file.read(), numpy.uint8, offset=offset).copy())


def load(files):
    images = [idx(files[name], 16).view(-1, INPUTS).float() for name in ("trainImages", "testImages")]
    for frames in images:
        frames /= frames[:, CLASSES:].pow(2).mean(1, keepdim=True).sqrt()
    labels = [idx(files[name], 8).long() for name in ("trainLabels", "testLabels")]
    return images[0], labels[0], images[1], labels[1]


def learn(job):
    network = network_of(job)
    images, labels, test_images, test_labels = load(job["files"])
    for chunk in torch.randperm(len(images)).split(job["batch"]):
        network.train(images[chunk], labels[chunk])
    right = sum((network.predict(some) == truth).sum().item() for some, truth in zip(test_images.split(500), test_labels.split(500)))
    return 100 * (1 - right / len(test_labels))


def rate(job):
    key = (job["form"], job["style"], *job["layers"])
    if key not in networks:
        networks[key] = network_of(job)
    network, batch = networks[key], job["batch"]
    torch.set_flush_denormal(job["style"].startswith("lean"))
    frames, labels = torch.rand(batch, INPUTS), torch.randint(0, CLASSES, (batch,))
    start, done = time.perf_counter(), 0
    while done == 0 or time.perf_counter() - start < job["seconds"]:
        network.train(frames, labels) if job["kind"] == "train" else network.predict(frames)
        done += batch
    return done / (time.perf_counter() - start)


networks = {}
torch.manual_seed(1)
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    print(json.dumps(learn(job) if job["kind"] == "learn" else rate(job)), flush=True)
