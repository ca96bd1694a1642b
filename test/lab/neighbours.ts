import { expect } from 'vitest'
import { type Lab, runOn, type Vm } from '../../lab/index.ts'
import { exec } from './tool.ts'

/** Pings of the other VMs of the host to their gateways while something happens: `lost of sent`, VM by VM. */
export async function whileNeighboursPing<T>(
  lab: Lab,
  of: Vm,
  work: () => Promise<T>,
): Promise<{ result: T; told: string }> {
  const neighbours = lab.vms.filter((vm) => vm.host === of.host && vm.name !== of.name)
  // Its size is the mark by which these pings, and no others, are ended.
  const pings = neighbours.map((vm) =>
    runOn(`guest:${vm.name}`, ['busybox', 'ping', '-q', '-s', '77', '-i', '0.2', '-w', '200', vm.gateway], {
      timeoutMs: 220_000,
    }),
  )
  const result = await work()
  await exec('pkill', ['-INT', '-f', '^busybox ping -q -s 77 '])
  const ended = await Promise.all(pings)
  const told = ended.map(({ stdout }, i) => {
    const [, sent, came] = /(\d+) packets transmitted, (\d+) (?:packets )?received/.exec(stdout) ?? []
    expect(Number(sent), stdout).toBeGreaterThan(0)
    return `${neighbours[i]?.name} ${Number(sent) - Number(came)} of ${sent}`
  })
  return { result, told: told.join(', ') }
}
