import { type Answer, type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed, problem } from '../../core/probe.ts'
import { integer, linesOf } from '../../core/scan.ts'
import { dhcpDirectory } from '../dhcp/dnsmasq.ts'
import { idleDhcpAgent } from '../wiring/idle-dhcp-agent.ts'
import { processes } from './processes.ts'

/** What is left of the file system that the DHCP agent keeps its files on (df(1)). */
export interface DiskSpace {
  readonly directory: string
  /** The mount point. */
  readonly mount: string
  readonly blocks: Left
  /** Absent for a file system that does not count them. */
  readonly inodes?: Left
}
interface Left {
  readonly free: number
  readonly source: Evidence
}

/** Asked only where the DHCP agent runs and leaves its work undone. */
export const diskSpace = hostProbe({
  id: 'disk-space',
  after: { idle: idleDhcpAgent, processes },
  asks: ({ subject, host, prior }) => {
    if (!prior.idle) return []
    const directory = dhcpDirectory(prior.processes, subject.network.id)
    return ['-P', '-Pi'].map((option) => ({ host, argv: ['df', option, directory] }))
  },
  parse: ([blocks, inodes], { subject, prior }): Parsed<DiskSpace> =>
    fromAnswer(blocks, (b) => {
      const row = leftIn(b)
      if (!row) return problem('no file system in the output of df', 'df 输出中没有文件系统')
      const counted = fromAnswer(inodes, (i) => fact(leftIn(i)))
      const directory = dhcpDirectory(prior.processes, subject.network.id)
      return fact({
        directory,
        mount: row.mount,
        blocks: row,
        ...(counted.ok && counted.fact && counted.fact.total > 0 ? { inodes: counted.fact } : {}),
      })
    }),
})

/** Parses `df -P`: a heading, then device, size, used, free, percentage, mount point. */
function leftIn(answer: Answer): (Left & { readonly total: number; readonly mount: string }) | undefined {
  const line = linesOf(answer.stdout)[1] ?? ''
  const [, total, free, mount] = /^\S+\s+(\d+)\s+\d+\s+(\d+)\s+\S+\s+(\/.*)$/.exec(line) ?? []
  const [size, left] = [integer(total), integer(free)]
  if (size === undefined || left === undefined || mount === undefined) return undefined
  return { total: size, free: left, mount, source: reading(left, line, originOf(answer)) }
}
