// onnxruntime's part of `npm run bench:peers`: goodness of ten labels by a pair network with int8 weights, one thread. The model is made here: for each
// layer DynamicQuantizeLinear, MatMulInteger with i8 weights, scale, ReLU, goodness added up, layer normalisation. Weights are random: speed only.

const FLOAT = 1, INT8 = 3, INT64 = 7;
const CLASSES = 10;

// Protocol buffers as far as ModelProto needs them (onnx.proto3): varints and length-delimited fields.
function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}
const whole = (field, value) => Buffer.concat([varint(field * 8), varint(value)]);
const bytes = (field, content) => {
  const body = typeof content === "string" ? Buffer.from(content) : content;
  return Buffer.concat([varint(field * 8 + 2), varint(body.length), body]);
};
const message = (...fields) => Buffer.concat(fields);

const tensor = (name, type, dims, raw) => message(...dims.map((size) => whole(1, size)), whole(2, type), bytes(8, name), bytes(9, Buffer.from(raw.buffer)));
const node = (kind, inputs, outputs, attributes = []) => message(...inputs.map((name) => bytes(1, name)), ...outputs.map((name) => bytes(2, name)), bytes(4, kind), ...attributes.map((one) => bytes(5, one)));
const integer = (name, value) => message(bytes(1, name), whole(3, value), whole(20, 2));
const valueInfo = (name, type, columns) => message(bytes(1, name), bytes(2, bytes(1, message(whole(1, type), bytes(2, message(bytes(1, bytes(2, "rows")), ...columns.map((size) => bytes(1, whole(1, size)))))))));

/** Rows [rows][784] with the label in them -> goodness [rows][1]. */
export function goodnessModel(layers) {
  const nodes = [], weights = [];
  let input = "x", inputs = 784, total = null;
  weights.push(tensor("zero", FLOAT, [], Float32Array.of(0)), tensor("i8zero", INT8, [], Int8Array.of(0)), tensor("axis", INT64, [1], BigInt64Array.of(1n)), tensor("scale", FLOAT, [], Float32Array.of(1 / 256)), tensor("tiny", FLOAT, [], Float32Array.of(1e-6)));
  for (const [index, units] of layers.entries()) {
    const name = (what) => `${what}${index}`;
    weights.push(tensor(name("w"), INT8, [inputs, units], Int8Array.from({ length: inputs * units }, (_, at) => (Math.imul(at + 7, 2654435761) >> 24) >> 2)));
    nodes.push(node("DynamicQuantizeLinear", [input], [name("q"), name("qs"), name("qz")]));
    nodes.push(node("MatMulInteger", [name("q"), name("w"), name("qz"), "i8zero"], [name("sums")]));
    nodes.push(node("Cast", [name("sums")], [name("float")], [integer("to", FLOAT)]));
    nodes.push(node("Mul", [name("qs"), "scale"], [name("both")]));
    nodes.push(node("Mul", [name("float"), name("both")], [name("z")]));
    nodes.push(node("Relu", [name("z")], [name("y")]));
    nodes.push(node("ReduceSumSquare", [name("y"), "axis"], [name("g")]));
    if (total) nodes.push(node("Add", [total, name("g")], [name("total")]));
    total = total ? name("total") : name("g");
    if (index + 1 < layers.length) {
      nodes.push(node("Sqrt", [name("g")], [name("norm")]));
      nodes.push(node("Add", [name("norm"), "tiny"], [name("norm1")]));
      nodes.push(node("Div", [name("y"), name("norm1")], [name("x")]));
    }
    input = name("x"), inputs = units;
  }
  nodes.push(node("Identity", [total], ["goodness"]));
  const graph = message(...nodes.map((one) => bytes(1, one)), bytes(2, "goodness"), ...weights.map((one) => bytes(5, one)), bytes(11, valueInfo("x", FLOAT, [784])), bytes(12, valueInfo("goodness", FLOAT, [1])));
  return message(whole(1, 8), bytes(7, graph), bytes(8, whole(2, 18)));
}

/** Null where onnxruntime-node is not installed. */
export async function startOnnx(layers) {
  let ort;
  try {
    ort = (await import("onnxruntime-node")).default ?? (await import("onnxruntime-node"));
  } catch {
    return null;
  }
  const session = await ort.InferenceSession.create(goodnessModel(layers), { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: "sequential", logSeverityLevel: 3 });
  const { createRequire } = await import("node:module");
  const version = createRequire(import.meta.url)("onnxruntime-node/package.json").version;
  return {
    version,
    /** Classes of `batch` frames [batch][784] u8: ten rows each, with the label in the first ten values. */
    async predict(frames, batch) {
      const rows = new Float32Array(batch * CLASSES * 784);
      for (let sample = 0; sample < batch; sample++) {
        const first = sample * CLASSES * 784;
        for (let value = CLASSES; value < 784; value++) rows[first + value] = frames[sample * 784 + value] / 255;
        for (let label = 1; label < CLASSES; label++) rows.copyWithin(first + label * 784, first, first + 784);
        for (let label = 0; label < CLASSES; label++) rows[first + label * 784 + label] = 3;
      }
      const { goodness } = await session.run({ x: new ort.Tensor("float32", rows, [batch * CLASSES, 784]) });
      return goodness.data;
    },
    /** The same with rows that are there already: the forward passes alone. */
    rows: (batch) => new ort.Tensor("float32", Float32Array.from({ length: batch * CLASSES * 784 }, (_, at) => (at % 784 < 400 ? 0 : (at % 7) / 7)), [batch * CLASSES, 784]),
    run: (rows) => session.run({ x: rows }),
  };
}
