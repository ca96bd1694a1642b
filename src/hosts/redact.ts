/** Takes secrets out of text before it is kept, shown or saved. Linear in its input. */
export function redact(text: string): string {
  if (!suspicious.test(text)) return text
  return continuations(text)
    .replace(pem, '$1***$2')
    .replace(userinfo, '$1***@')
    .replace(flag, '$1***')
    .replace(quoted, '$1***$2')
    .replace(ini, '$1***')
    .replace(assigned, '$1***')
    .replace(header, '$1***')
    .replace(fernet, '***')
}

const name =
  '[\\w-]*(?:passw(?:or)?d|passwd|secret|token|private[_-]?key|api[_-]?key|auth[_-]?key|credential[_-]?key|psk|community)[\\w-]*'
const suspicious = /passw|secret|token|key|connection|transport_url|:\/\/|gAAAA|psk|community/i
const pem = /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g
// A password in a URL may hold a raw slash.
const userinfo = /(\b[a-z][a-z0-9+.-]{1,30}:\/\/)(?:[^\s/@:]{0,100}:[^\s@]{1,200}|[^\s/@]{1,200})@/gi
const flag = new RegExp(`(--${name}[= ])(?!-)\\S+`, 'gi')
// JSON, and what Python prints of a dictionary.
const quoted = new RegExp(`(["']${name}["']\\s{0,9}:\\s{0,9}u?["'])[^"'\\n]*(["'])`, 'gi')
// Anywhere in a line of a log: up to the next blank.
const assigned = new RegExp(`(\\b${name}=)(?!\\*)[^\\s,;]+`, 'gi')
const ini = new RegExp(
  `^((?:[^\\n:=]{0,300}:)?[ \\t]*(?:${name}|connection|slave_connection|transport_url)[ \\t]*[=:][ \\t]*)(?!\\*)[^\\n]+`,
  'gim',
)
const header = /\b((?:X-Auth-Token|X-Subject-Token|Authorization):[ \t]*)[^\n]+/gi
const fernet = /gAAAA[\w-]{20,}={0,2}/g

const secretKey = new RegExp(`^(?:[^:=]{0,300}:)?[ \\t]*(?:${name}|connection|transport_url)[ \\t]*[=:]`, 'i')

/** oslo.config goes on with a value on indented lines: those of a secret are secret too. */
function continuations(text: string): string {
  let secret = false
  return text
    .split('\n')
    .map((line) => {
      if (secret && /^[ \t]+\S/.test(line) && !/^[ \t]*[\w.-]{1,80}[ \t]*=/.test(line)) return '***'
      secret = secretKey.test(line)
      return line
    })
    .join('\n')
}
