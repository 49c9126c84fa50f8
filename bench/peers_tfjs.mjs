// tfjs's part of `npm run bench:peers`: Forward-Forward with Adam by hand, in plain tfjs operations, one thread: peers_torch.py's two lean forms again.
// `hard` is what Mayfly does by default (neutral pass, a softmax readout that learns from it, the wrong label drawn from its probabilities for each image),
// `random` leaves all that out. No tape: gradients are local, so they are written out as matrix products. The image's part of the first layer's sums
// and gradient is made once for all passes of an image.
//
// What is slow in tfjs on wasm is kept out: flags of matMul to transpose (an explicit transpose is five times faster), weights as a right operand (it is
// packed anew whenever it has changed, so weights stand on the left), a gradient of one row by matMul, and denormal numbers, which cost twenty times as
// much and which WebAssembly cannot flush to 0.

const CLASSES = 10;
const LEVEL = 3;
const TEMPERATURE = 20;
const RATE = 1e-3;
/** A coefficient below this is 0: the square of its gradient would be denormal. */
const LEAST_COEFFICIENT = 1e-9;
/** Moments fade until they are denormal. Now and then this is added and taken away again, so that what is 10^-7 of it or less becomes 0. */
const FLUSH = 1e-20;
const FLUSH_EVERY = 64;

/** A matrix [units][inputs] and its Adam. */
class Weights {
  #steps = 0;

  constructor(tf, values) {
    this.tf = tf;
    this.values = tf.keep(values);
    this.first = tf.keep(tf.zerosLike(values));
    this.second = tf.keep(tf.zerosLike(values));
  }

  /** One step of Adam. The moments are sums without their factors 0.1 and 0.001, which with the bias corrections are in two numbers: fewer passes over the weights. */
  descend(gradient) {
    const { tf } = this;
    this.#steps++;
    const first = 0.1 / (1 - 0.9 ** this.#steps), second = Math.sqrt(0.001 / (1 - 0.999 ** this.#steps));
    const flush = this.#steps % FLUSH_EVERY === 0 ? (moment) => tf.sub(tf.add(moment, FLUSH), FLUSH) : (moment) => moment;
    this.#replace("first", flush(tf.add(tf.mul(this.first, 0.9), gradient)));
    this.#replace("second", flush(tf.add(tf.mul(this.second, 0.999), tf.square(gradient))));
    const step = tf.div(this.first, tf.add(tf.sqrt(this.second), 1e-8 / second));
    this.#replace("values", tf.sub(this.values, tf.mul(step, (RATE * first) / second)));
  }

  /** x [rows][inputs] -> [rows][units]. */
  forward(x) {
    const { tf } = this;
    return tf.transpose(tf.matMul(this.values, tf.transpose(x)));
  }

  /** Of coefficients [rows][units] and the inputs they belong to, [rows][inputs]. */
  learn(x, coefficients) {
    const { tf } = this;
    this.descend(x.shape[0] === 1 ? tf.mul(tf.transpose(coefficients), x) : tf.matMul(tf.transpose(coefficients), x));
  }

  #replace(name, value) {
    this[name].dispose();
    this[name] = this.tf.keep(value);
  }

  dispose() {
    for (const tensor of [this.values, this.first, this.second]) tensor.dispose();
  }
}

export class TfjsForwardForward {
  /** `inputs`: values of a frame, the label's first ten included. */
  constructor(backend, inputs, units, form) {
    const { tf } = backend;
    this.backend = backend;
    const widths = [inputs, ...units];
    const random = (rows, columns, fanIn) => tf.randomNormal([rows, columns], 0, fanIn ** -0.5, "float32", rows * columns);
    // The first layer in two parts: rows of the label, rows of the image.
    this.labelRows = new Weights(tf, random(units[0], CLASSES, inputs));
    this.layers = units.map((columns, index) => new Weights(tf, random(columns, index === 0 ? inputs - CLASSES : widths[index], widths[index])));
    // The readout's parts, one for each layer but the first.
    this.parts = form === "hard" ? units.slice(1).map((columns) => new Weights(tf, tf.zeros([CLASSES, columns]))) : [];
  }

  /** Learns from the samples of `order` from `from` up to, not including, `to`. */
  async train(data, order, from, to) {
    const { backend, layers } = this;
    const { tf } = backend;
    await backend.use();
    tf.tidy(() => {
      const count = to - from;
      const pixels = tf.tensor2d(imageRows(data, order, from, to), [count, layers[0].values.shape[1]]);
      const labels = Array.from({ length: count }, (_, at) => data.labels[order[from + at]]);
      const sums = layers[0].forward(pixels);
      const wrong = this.parts.length > 0 ? this.#hardNegatives(sums, labels) : labels.map((label) => (label + 1 + Math.floor(Math.random() * (CLASSES - 1))) % CLASSES);
      const hot = oneHot(tf, [...labels, ...wrong], LEVEL);
      let x = null;
      let y = tf.relu(tf.add(tf.concat([sums, sums]), this.labelRows.forward(hot)));
      for (const [index, layer] of layers.entries()) {
        if (index > 0) y = tf.relu(layer.forward(x));
        const goodness = tf.sum(tf.square(y), 1, true);
        const [positive, negative] = tf.split(goodness, 2);
        const c = tf.relu(tf.sub(tf.sigmoid(tf.mul(tf.sub(negative, positive), 1 / TEMPERATURE)), LEAST_COEFFICIENT));
        const coefficients = tf.mul(y, tf.concat([tf.neg(c), c]));
        const above = normalised(tf, y, goodness);
        if (index === 0) {
          const [ofPositive, ofNegative] = tf.split(coefficients, 2);
          layer.learn(pixels, tf.add(ofPositive, ofNegative));
          this.labelRows.learn(hot, coefficients);
        } else {
          layer.learn(x, coefficients);
        }
        x = above;
      }
    });
  }

  /** The neutral pass; the readout learns; one wrong label for each image by the probabilities from before it learned. */
  #hardNegatives(sums, labels) {
    const { tf } = this.backend;
    const states = this.#neutral(sums);
    const probabilities = tf.softmax(states.map((x, part) => this.parts[part].forward(x)).reduce((a, b) => tf.add(a, b))).dataSync();
    const errors = Float32Array.from(probabilities);
    const wrong = labels.map((label, row) => {
      errors[row * CLASSES + label] -= 1;
      return drawn(probabilities.subarray(row * CLASSES, (row + 1) * CLASSES), label);
    });
    const error = tf.tensor2d(errors, [labels.length, CLASSES]);
    for (const [index, part] of this.parts.entries()) part.learn(states[index], error);
    return wrong;
  }

  /** What the readout sees, by part. */
  #neutral(sums) {
    const { tf } = this.backend;
    const one = (y) => normalised(tf, y, tf.sum(tf.square(y), 1, true));
    let x = one(tf.relu(tf.add(sums, tf.mul(tf.transpose(tf.mean(this.labelRows.values, 1, true)), LEVEL))));
    return this.layers.slice(1).map((layer) => (x = one(tf.relu(layer.forward(x)))));
  }

  /** Share of `data` whose class of most goodness is wrong, in percent. */
  async error(data) {
    const { backend, layers } = this;
    const { tf } = backend;
    const some = 500;
    const order = Array.from({ length: data.count }, (_, at) => at);
    await backend.use();
    let wrong = 0;
    for (let from = 0; from < data.count; from += some) {
      const to = Math.min(data.count, from + some);
      const classes = tf.tidy(() => {
        const sums = layers[0].forward(tf.tensor2d(imageRows(data, order, from, to), [to - from, layers[0].values.shape[1]]));
        const scores = Array.from({ length: CLASSES }, (_, label) => {
          let y = tf.relu(tf.add(sums, tf.mul(tf.transpose(tf.slice(this.labelRows.values, [0, label], [-1, 1])), LEVEL)));
          let goodness = tf.sum(tf.square(y), 1, true), score = goodness;
          for (const layer of layers.slice(1)) {
            y = tf.relu(layer.forward(normalised(tf, y, goodness)));
            goodness = tf.sum(tf.square(y), 1, true);
            score = tf.add(score, goodness);
          }
          return score;
        });
        return tf.argMax(tf.concat(scores, 1), 1).dataSync();
      });
      wrong += classes.reduce((sum, label, at) => sum + (label === data.labels[from + at] ? 0 : 1), 0);
    }
    return (100 * wrong) / data.count;
  }

  dispose() {
    for (const weights of [this.labelRows, ...this.layers, ...this.parts]) weights.dispose();
  }
}

/** Each row over its root mean square. */
const normalised = (tf, y, goodness) => tf.mul(y, tf.rsqrt(tf.maximum(tf.mul(goodness, 1 / y.shape[1]), 1e-12)));

function oneHot(tf, labels, level) {
  const rows = new Float32Array(labels.length * CLASSES);
  for (const [row, label] of labels.entries()) rows[row * CLASSES + label] = level;
  return tf.tensor2d(rows, [labels.length, CLASSES]);
}

/** Frames without their first ten values, over their root mean square, [to - from][values - 10]. */
function imageRows(data, order, from, to) {
  const size = data.shape.width * data.shape.height, values = size - CLASSES;
  const rows = new Float32Array((to - from) * values);
  for (let at = from; at < to; at++) {
    const frame = data.frames.subarray(order[at] * size + CLASSES, (order[at] + 1) * size);
    let squares = 0;
    for (let index = 0; index < values; index++) squares += frame[index] * frame[index];
    const factor = squares > 0 ? Math.sqrt(values / squares) : 0;
    for (let index = 0, row = (at - from) * values; index < values; index++) rows[row + index] = frame[index] * factor;
  }
  return rows;
}

/** A class but `label`, by probability. */
function drawn(probabilities, label) {
  let left = Math.random() * (1 - probabilities[label]);
  for (let wrong = 0; wrong < CLASSES; wrong++) if (wrong !== label && (left -= probabilities[wrong]) < 0) return wrong;
  return (label + 1 + Math.floor(Math.random() * (CLASSES - 1))) % CLASSES;
}
