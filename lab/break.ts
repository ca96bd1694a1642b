import { LabError } from './failure.ts'
import { record } from './journal.ts'
import { savedLab } from './lab.ts'
import { exclusively } from './lock.ts'
import { requireBreakable, runOn } from './places.ts'
import type { Step } from './steps.ts'

/** Brings a fault about. What was done before a step that fails stays until `heal`. */
export function applySteps(fault: string, steps: readonly Step[]): Promise<void> {
  return exclusively('break', async () => {
    await savedLab()
    for (const step of steps) await apply(fault, step)
  })
}

async function apply(fault: string, step: Step): Promise<void> {
  await requireBreakable(step.on)
  await record(fault, step)
  const { code, stdout, stderr } = await runOn(step.on, step.run)
  if (code === 0) return
  throw new LabError(`${fault}: ${step.on}: ${step.run.join(' ')}: exit ${code}\n${(stderr || stdout).trim()}`)
}
