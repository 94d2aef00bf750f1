import { type Progress as BuildProgress, type BuildReport, build } from '../index.js';
import { buildFlags, buildOptions, flagOf, inFlags } from './build-flags.js';
import { interruptible } from './interrupt.js';
import { ofKeyFile } from './key-file.js';
import { outputFile } from './output-file.js';
import { Progress } from './progress.js';
import { printable, table } from './table.js';
import { toldOtherwise } from './told-otherwise.js';
import { oneModel, parseVerb, type Verb } from './verb.js';

const help = `Use: node-tensorrt build MODEL -o OUT.plan [--target sm86 …] [--precision P] [options]

Builds an engine from an ONNX model by NVIDIA's TensorRT, in a process of its own, and writes it to a plan file. docs/building.md
says more.

  -o, --output OUT         where the plan goes
  --backend B              auto, tensorrt or tensorrt-rtx (default: tensorrt-rtx with --target, else the first that is there)
  --target smNN            GPU that it is for, without having one: sm75 (T4, GTX 16, RTX 20), sm80 (A100), sm86 (A10, RTX 30), sm89
                           (L4, RTX 40), sm120 (RTX 50), sm121 (GB10); several, with commas or repeated, for one plan for all
                           (default: the GPU of this machine)
  --device D               without --target: index or UUID of the GPU (default: 0)
  --precision P            fp16 or bf16: the model is cast first; fp32, int8: it must be so (default: as the model is)
  --profile P              shapes of inputs with open dimensions, as 'x=1x3x224x224,8x3x224x224,32x3x224x224' (smallest, usual,
                           largest), inputs separated by ';'; may be repeated, for several profiles
  --samples DIR            inputs as they come (docs/samples.md): shapes are taken from them
  --max-batch N            largest batch, for open first dimensions (default: 32)
  --dim NAME=N             size of an open dimension that is always the same; may be repeated
  --tf32                   float32 may compute in TF32
  --optimization-level N   0 (quickest build) to 5
  --workspace SIZE         limit of scratch memory, as 512MiB
  --strip-weights          the plan has no weights: it is loaded with its model (Engine.load, refit)
  --refittable             the plan can be loaded with the weights of another model of the same structure
  --weight-streaming       weights may stay in the host's memory (Engine.load, weightStreamingBudget)
  --version-compatible     later versions of TensorRT 11 run the plan
  --hardware-compatibility C   amperePlus or sameComputeCapability: other GPUs run the plan
  --timing-cache FILE      what was measured before; read if it is there, and written
  --options FILE           more of build()'s options, as JSON; what is given here as well is taken from here
  --sign KEY.pem           Ed25519 private key that signs the plan for other users
  --memory SIZE            memory that the building process may take (default: what is available)
  --cache-dir DIR, --no-cache
  --json                   the report as JSON`;

export const verb: Verb = { help, run };

async function run(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { values, positionals } = parseVerb(args, buildFlags);
  const input = oneModel('build', positionals);
  const output = await outputFile(values.output, { option: '-o', inputs: [input] });
  const options = await buildOptions(values);
  const progress = new Progress();
  // They are in the report.
  toldOtherwise('NODE_TENSORRT_IGNORED_OPTION');
  return interruptible(async (signal) => {
    let report: BuildReport;
    try {
      report = await build(input, { ...options, output, signal, onProgress: (state) => progress.show(bar(state)) });
    } catch (error) {
      throw inFlags(values.sign === undefined ? error : ofKeyFile(error, 'options.sign', '--sign', values.sign));
    } finally {
      progress.clear();
    }
    print(values.json ? JSON.stringify(report, null, 2) : summary(report));
    // JSON is for programs: whoever looks on is told as well.
    if (values.json) {
      for (const note of report.ignored) process.stderr.write(`node-tensorrt build: ignored: ${noteText(note)}\n`);
    }
    return 0;
  });
}

const BAR_CHARS = 24;

/** One line: how much is done, what is being done, what is left. */
function bar({ stage, phase, step, steps, fraction, elapsedMs, etaMs }: BuildProgress): string {
  const full = Math.round(fraction * BAR_CHARS);
  const what = phase === '' ? stage : `${phase} ${step}/${steps}`;
  const left = etaMs === null ? '' : `, about ${seconds(etaMs / 1000)} left`;
  const percent = String(Math.floor(fraction * 100)).padStart(3);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_CHARS - full)}]${percent} %  ${what}, ${seconds(elapsedMs / 1000)}${left}`;
}

function seconds(value: number): string {
  if (value >= 120) return `${Math.round(value / 60)} min`;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
}

function noteText({ option, reason }: BuildReport['ignored'][number]): string {
  return printable(`${flagOf(option)}: ${reason}`);
}

const MIB = 2 ** 20;

function summary({
  header,
  output,
  cached,
  reason,
  ignored,
  warnings,
  seconds: took,
  peakBytes,
  cast,
}: BuildReport): string {
  const { backend, version, targets, payload, profiles, layers, model } = header;
  const rows: string[][] = [
    ['plan', output],
    ['built by', `${backend} ${version} for ${targets.join(', ')}`],
    ['why', cached ? reason : `${reason}; ${seconds(took.build)} of ${seconds(took.total)} in the builder`],
    ['size', `${(payload.bytes / MIB).toFixed(1)} MiB, ${layers.length} layers, ${model.precision}`],
  ];
  if (peakBytes > 0) rows.push(['memory', `${(peakBytes / MIB).toFixed(0)} MiB in the builder's process`]);
  if (cast) rows.push(['cast', `${cast.low} nodes to ${cast.to}, ${cast.fp32} stay float32`]);
  for (const profile of profiles) {
    for (const [input, { min, opt, max }] of Object.entries(profile)) {
      rows.push(['shapes', `${input}  ${[min, opt, max].map((shape) => `[${shape.join(', ')}]`).join('  ')}`]);
    }
  }
  for (const note of ignored) rows.push(['ignored', noteText(note)]);
  for (const warning of warnings) rows.push(['warning', warning]);
  return table(rows);
}
