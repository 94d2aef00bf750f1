// addon-check.mjs FOLDER: loads the addon, has it compute the perceptron of the folder on the processor, and prints by how
// much the results differ from the expected ones. A process of its own: a crash must not take the other results with it.
import { compareWithExpected, computeOnProcessor } from './models.mjs';

const folder = process.argv[2];
const difference = compareWithExpected(folder, await computeOnProcessor(folder));
process.stdout.write(`Node ${process.versions.node}, differs by ${difference.toExponential(1)} of the largest\n`);
