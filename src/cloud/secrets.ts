import { isRecord } from '../core/scan.ts'

const REMOVED = '[removed]'

const secretKey =
  /(password|passwd|passphrase|adminpass|secret|token|user_data|private_key|public_key|credential)|^(metadata|psk|personality)$/i
const secretValue = /-----BEGIN [A-Z ]*PRIVATE KEY-----/

/** The same JSON without what no diagnosis needs and nobody should find in a bundle. The fields stay, to be seen. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value === 'string') return secretValue.test(value) ? REMOVED : value
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, v]) => [key, secretKey.test(key) && v !== null ? REMOVED : withoutSecrets(v)]),
  )
}
