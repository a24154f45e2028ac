// ONNX Runtime as a side of the comparison: answers a line to each line it reads.
//
//   node onnx_peer.js <threads>
//   prepare <work> <folder>   loads model.onnx and case.safetensors; answers how far the output is from the case's
//   time <seconds>            median milliseconds of the runs that fit, at least five

const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');
const { performance } = require('node:perf_hooks');
const ort = require('onnxruntime-node');

const arrays = { F32: ['float32', Float32Array], I64: ['int64', BigInt64Array] };

function readTensors(file) {
  const bytes = fs.readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, start).toString());
  return Object.fromEntries(Object.entries(header).map(([name, { dtype, shape, data_offsets: [from, to] }]) => {
    const [type, ArrayType] = arrays[dtype];
    // A copy of its own, as a view of eight-byte elements needs alignment.
    const values = new ArrayType(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer);
    return [name, new ort.Tensor(type, values, shape)];
  }));
}

// The largest difference as a share of the largest value.
function distance(actual, expected) {
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    // A result that is no number is as far off as can be.
    difference = Math.max(difference, Number.isFinite(actual[i]) ? Math.abs(actual[i] - expected[i]) : Infinity);
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return difference / largest;
}

async function prepare(threads, folder) {
  const { output: expected, ...feeds } = readTensors(path.join(folder, 'case.safetensors'));
  const session = await ort.InferenceSession.create(
    path.join(folder, 'model.onnx'), { intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: 'all' });
  const output = new ort.Tensor('float32', new Float32Array(expected.data.length), expected.dims);
  const run = () => session.run(feeds, { output });
  await run();
  return { run, session, difference: distance(output.data, expected.data) };
}

async function medianTime(run, seconds) {
  const times = [];
  const begin = performance.now();
  while (times.length < 5 || performance.now() - begin < seconds * 1e3) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1];
}

async function main() {
  const threads = Number(process.argv[2]);
  const { version } = require('onnxruntime-node/package.json');
  console.log(`ONNX Runtime ${version}`);
  let work;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command, ...rest] = line.split(' ');
    if (command === 'prepare') {
      await work?.session.release();
      work = await prepare(threads, rest.slice(1).join(' '));
      console.log(work.difference);
    } else {
      console.log(await medianTime(work.run, Number(rest[0])));
    }
  }
}

main();
