/** What came back of one question: nothing at all, or its parts. */
export interface Frame {
  readonly stdout: string
  readonly stderr: string
  /** Absent where the session ended before the command did. */
  readonly end?: { readonly exit: number; readonly filters: readonly number[]; readonly ms: number }
}
export interface Unframed {
  /** The shell has spoken: login and connection work. */
  readonly began: boolean
  readonly complete: boolean
  /** What stood on standard error before the first mark: ssh's own words. */
  readonly preface: string
  /** One for each question that was begun. */
  readonly frames: readonly (Frame | undefined)[]
}

/** Takes the two streams of a session apart again. Total: any bytes give some result. */
export function unframe(
  stdout: string,
  stderr: string,
  asks: { readonly nonce: string; readonly count: number },
): Unframed {
  const [out, err] = [segments(stdout, asks.nonce), segments(stderr, asks.nonce)]
  const frames = Array.from({ length: asks.count }, (_, i): Frame | undefined => {
    const body = out.get(`B ${i}`)
    if (body === undefined) return undefined
    const end = endOf(out, i)
    return { stdout: body, stderr: err.get(`B ${i}`) ?? '', ...(end ? { end } : {}) }
  })
  return { began: out.has('H'), complete: out.has('Z') && err.has('Z'), preface: err.get('') ?? '', frames }
}

/** Mark → what follows it up to the next mark. */
function segments(stream: string, nonce: string): ReadonlyMap<string, string> {
  const [preface = '', ...rest] = `\n${stream}`.split(`\n${nonce} `)
  const all = new Map([['', preface.slice(1)]])
  for (const part of rest) {
    const at = part.indexOf('\n')
    all.set(at < 0 ? part : part.slice(0, at), at < 0 ? '' : part.slice(at + 1))
  }
  return all
}

/** `E 3 100.10 100.35 c0 f1`: begun and ended at these seconds of uptime; statuses of the command and its filters. */
function endOf(marks: ReadonlyMap<string, string>, index: number): Frame['end'] {
  const mark = [...marks.keys()].find((key) => key.startsWith(`E ${index} `))
  const [, , from, to, ...statuses] = mark?.split(/\s+/) ?? []
  const exit = statuses.find((s) => /^c\d+$/.test(s))
  if (exit === undefined) return undefined
  const ms = Math.round((Number(to) - Number(from)) * 1000)
  return {
    exit: Number(exit.slice(1)),
    filters: statuses.filter((s) => /^f\d+$/.test(s)).map((s) => Number(s.slice(1))),
    ms: Number.isFinite(ms) ? ms : 0,
  }
}
