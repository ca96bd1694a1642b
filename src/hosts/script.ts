import type { Ask } from '../core/answer.ts'
import { quoteArgv } from './quote.ts'

/** Unit: bytes. */
export const DEFAULT_MAX = 1 << 20

/**
 * All questions of a host as one POSIX shell script, for `sh -s`.
 *
 * Each answer stands between marks that carry `nonce`, on standard output and on standard error alike, so that no
 * temporary file is needed and nothing can be left behind. Statuses come back through descriptor 4, output through 3.
 */
export function scriptOf(asks: readonly Ask[], nonce: string, deadlineMs: number): string {
  return [preamble(nonce, Math.ceil(deadlineMs / 1000)), ...asks.map(question), 'mark Z', ''].join('\n')
}

/** The C locale, the paths of an administrator, and in `$S` what makes a command root's. */
export const PREAMBLE = `LC_ALL=C; export LC_ALL
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin; export PATH
S=; [ "$(id -u)" = 0 ] || S='sudo -n'`

const preamble = (nonce: string, seconds: number) => `${PREAMBLE}
N=${nonce}; exec 3>&1
T='timeout -k 1 ${seconds}'; command -v timeout >/dev/null 2>&1 || T=
now() { read -r U R </proc/uptime; }
mark() { printf '\\n%s %s\\n' "$N" "$*"; printf '\\n%s %s\\n' "$N" "$*" >&2; }
mark H`

function question(ask: Ask, index: number): string {
  const command = `${ask.root ? '$S ' : ''}$T ${quoteArgv(ask.argv)}`
  const begun = ask.notAfter === undefined ? command : inTime(command, ask.notAfter)
  const stages = [
    `{ ${begun} </dev/null 3>&- 4>&-; echo "c$?" >&4; }`,
    ...(ask.pipe ?? []).map((argv) => `{ ${quoteArgv(argv)} 3>&- 4>&-; echo "f$?" >&4; }`),
    // One byte more than we keep: that byte tells a cut answer from a whole one.
    `head -c ${(ask.maxBytes ?? DEFAULT_MAX) + 1} >&3`,
  ]
  return `mark B ${index}; now; A=$U; X=$( { ${stages.join(' | ')}; } 4>&1 ); now; mark E ${index} $A $U $X`
}

/** What stood still on its way (a stopped sshd, a lost link) must not happen when nobody expects it any more. */
const inTime = (command: string, uptime: number) =>
  `if [ "\${U%%.*}" -lt ${Math.floor(uptime)} ]; then ${command}; else echo 'came too late, and was not begun' >&2; (exit ${TOO_LATE}); fi`
const TOO_LATE = 75
