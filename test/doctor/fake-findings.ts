import type { DoctorReport, Finding, MachineRequirement } from 'node-tensorrt';
import { examine } from '../../dist/esm/doctor/doctor.js';
import { type FakeMachine, machineOf } from './fake-machine.js';

export const examineFake = (fake: FakeMachine, wanted: readonly MachineRequirement[] = []): Promise<DoctorReport> =>
  examine(machineOf(fake), wanted);

export async function finding(
  fake: FakeMachine,
  id: string,
  wanted: readonly MachineRequirement[] = [],
): Promise<Finding | undefined> {
  return (await examineFake(fake, wanted)).findings.find((one) => one.id === id);
}
