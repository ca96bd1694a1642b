import { type Answer, type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed, problem } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'

/** One line of `ps` (ps(1)). */
export interface Process {
  readonly pid: number
  readonly parent: number
  /** Seconds since it was started. */
  readonly age: number
  /** `T` is stopped, `Z` dead and not reaped. */
  readonly state: string
  /** systemd's unit, where there is one. */
  readonly unit?: string
  readonly args: string
  readonly source: Evidence
}
export interface Processes {
  readonly all: readonly Process[]
  /** The first line: proof that the list was read, cited where a process is not in it. */
  readonly whole: Evidence
}

// init is always there, so that an empty answer means a broken ps and not an idle host.
const interesting = '^ *1 |neutron|ovs|ovn-|dnsmasq|qemu|kvm|libvirt|q-agt|q-dhcp'

export const processes = hostProbe<Processes, Record<never, never>>({
  id: 'processes',
  asks: ({ host }) => [
    {
      host,
      argv: ['ps', '-ww', '-eo', 'pid,ppid,etimes,stat,unit:64,args'],
      pipe: [['grep', '-aE', interesting]],
      maxBytes: 4 << 20,
    },
  ],
  parse: ([answer]) => fromAnswer(answer, parseProcesses),
})

export function parseProcesses(answer: Answer): Parsed<Processes> {
  const origin = originOf(answer)
  const all = linesOf(answer.stdout).flatMap((line) => parseProcess(line, reading(line, line, origin)) ?? [])
  const init = all.find((p) => p.pid === 1)
  if (!init) return problem('no process 1 in the output of ps', 'ps 输出中没有 1 号进程')
  return fact({ all, whole: init.source })
}

function parseProcess(line: string, source: Evidence): Process | undefined {
  const words = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(\S.*)$/.exec(line)
  if (!words) return undefined
  const [, pid, parent, age, state = '', unit = '-', args = ''] = words
  // The filter of this very list is not a process of the cloud.
  if (args.includes(interesting)) return undefined
  return {
    pid: Number(pid),
    parent: Number(parent),
    age: Number(age),
    state,
    ...(unit === '-' || unit === '?' ? {} : { unit }),
    args,
    source,
  }
}
