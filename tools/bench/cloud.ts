import { legs } from './legs.ts'
import { groupOf, groupsOf, isFaulty, VMS } from './cloud-plan.ts'
import type { Batch, Done, Job } from './cloud-work.ts'
import type { Row } from './measure.ts'
import { type Pool, startPool } from './pool.ts'

/** Every VM's four conversations (DHCP request, DHCP reply, ARP and ICMP with the gateway), in a cloud that is made up. */
export async function benchCloud(hosts: number): Promise<readonly Row[]> {
  const pool = startPool<Job, Done>(new URL('cloud-worker.mjs', import.meta.url))
  const started = performance.now()
  const judged = await judge(pool, hosts).finally(() => pool.stop())
  const seconds = (performance.now() - started) / 1000
  mustBeRight(judged.reached)
  const peak = (process.resourceUsage().maxRSS * 1024) / 2 ** 30
  return [
    [
      `${hosts} hosts, ${hosts * VMS} VMs`,
      `${(judged.flows / 1e6).toFixed(2)} million flows, ${(judged.bytes / 1e6).toFixed(0)} MB`,
      '',
    ],
    ['judged in', `${seconds.toFixed(1)} s`, `${((1000 * seconds) / hosts).toFixed(1)} ms a host`],
    ['memory of all workers at its peak', `${peak.toFixed(2)} GiB`, 'at most 2 GiB'],
  ]
}

interface Judged {
  flows: number
  bytes: number
  /** VM → a bit for each leg that was completed. */
  readonly reached: Uint8Array
}

async function judge(pool: Pool<Job, Done>, hosts: number): Promise<Judged> {
  const judged: Judged = { flows: 0, bytes: 0, reached: new Uint8Array(hosts * VMS) }
  const toHosts = new Map<number, Batch[]>()
  const toNodes = new Map<number, Batch[]>()
  const tell = progress(hosts + 2 * groupsOf(hosts))
  const groups = Array.from({ length: groupsOf(hosts) }, (_, group) => group)
  const note = ({ flows, bytes, reached }: Done) => {
    judged.flows += flows
    judged.bytes += bytes
    for (let i = 0; i < reached.length; i += 2)
      judged.reached[reached[i] ?? 0] = (judged.reached[reached[i] ?? 0] ?? 0) | (1 << (reached[i + 1] ?? 0))
    tell()
  }
  await pool.run(
    groups.map((group) => ({ kind: 'answer', group, hosts })),
    (done) => {
      note(done)
      for (const [host, batch] of done.left) put(toHosts, host, batch)
    },
  )
  await pool.run(
    Array.from({ length: hosts }, (_, host) => ({ kind: 'compute', host, arriving: taken(toHosts, host) })),
    (done, job) => {
      note(done)
      for (const batch of done.left.values()) if (job.kind === 'compute') put(toNodes, groupOf(job.host), batch)
    },
  )
  await pool.run(
    groups.map((group) => ({ kind: 'serve', group, arriving: taken(toNodes, group) })),
    note,
  )
  return judged
}

function put(batches: Map<number, Batch[]>, target: number, batch: Batch): void {
  const known = batches.get(target)
  if (known) known.push(batch)
  else batches.set(target, [batch])
}

function taken(batches: Map<number, Batch[]>, target: number): Batch {
  const parts = batches.get(target) ?? []
  batches.delete(target)
  const whole = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let from = 0
  for (const part of parts) {
    whole.set(part, from)
    from += part.length
  }
  return whole
}

function progress(of: number): () => void {
  let done = 0
  return () => {
    done++
    if (process.stderr.isTTY || done % 100 === 0 || done === of)
      process.stderr.write(
        `${process.stderr.isTTY ? '\r' : ''}${done} of ${of} hosts${process.stderr.isTTY ? '' : '\n'}`,
      )
    if (process.stderr.isTTY && done === of) process.stderr.write('\n')
  }
}

/** All conversations go through, but for those whose flows were left out. */
function mustBeRight(reached: Uint8Array): void {
  const all = (1 << legs.length) - 1
  const wrong = [...reached.keys()].filter((vm) => (reached[vm] === all) === isFaulty(vm))
  if (wrong.length > 0) throw new Error(`judged wrongly: VMs ${wrong.slice(0, 5).join(', ')} of ${wrong.length}`)
}
