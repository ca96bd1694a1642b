import { z } from 'zod'
import { isRecord } from '../core/scan.ts'
import { cloudError } from './failures.ts'
import type { Entry } from './files.ts'

const text = z.string().optional()
const flag = text.transform((word) => (word === undefined ? undefined : !/^(false|no|off|0|n|f)$/i.test(word)))

const schema = z.object({
  auth_type: text,
  auth_url: text,
  username: text,
  user_id: text,
  password: text,
  user_domain_id: text,
  user_domain_name: text,
  project_id: text,
  project_name: text,
  tenant_id: text,
  tenant_name: text,
  project_domain_id: text,
  project_domain_name: text,
  default_domain: text,
  default_domain_id: text,
  default_domain_name: text,
  domain_id: text,
  domain_name: text,
  system_scope: text,
  token: text,
  application_credential_id: text,
  application_credential_name: text,
  application_credential_secret: text,
  endpoint: text,
  endpoint_override: text,
  network_endpoint_override: text,
  compute_endpoint_override: text,
  identity_endpoint_override: text,
  region_name: text,
  interface: text,
  endpoint_type: text,
  network_interface: text,
  compute_interface: text,
  identity_interface: text,
  cacert: text,
  verify: flag,
  insecure: flag,
  profile: z.unknown().optional(),
})

/** The settings of one cloud that Oldhand reads; those of `auth:` and those beside it are one set, as in openstacksdk. */
export type Options = z.output<typeof schema>
export type TextOption = { [K in keyof Options]-?: Options[K] extends string | undefined ? K : never }[keyof Options]

/** Checks one entry of clouds.yaml (or the `OS_*` variables without their prefix). `from` names it in errors. */
export function readOptions(entry: Entry, from: string): Options {
  const { auth, ...beside } = withFirstRegion(entry)
  const parsed = schema.safeParse({ ...given(beside), ...(isRecord(auth) ? given(auth) : {}) })
  if (parsed.success) return parsed.data
  const keys = [...new Set(parsed.error.issues.map((issue) => `"${issue.path.join('.')}"`))].join(', ')
  throw cloudError(
    'exit',
    `${from}: ${keys} must be plain text: correct it (quote the value).`,
    `${from}：${keys} 应为文本：请改正（给值加引号）。`,
  )
}

/** `OS_AUTH_URL=…` → `{auth_url: …}`. */
export const fromVariables = (env: Readonly<Record<string, string | undefined>>): Entry =>
  Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) => (key.startsWith('OS_') ? [[key.slice(3).toLowerCase(), value]] : [])),
  )

/** `export OS_TENANT_ID=` and `region_name:` without a value mean nothing. */
const given = (entry: Entry): Entry =>
  Object.fromEntries(
    Object.entries(entry).filter(
      ([, value]) =>
        value !== undefined && value !== null && !(typeof value === 'string' && ['', '~', 'null'].includes(value)),
    ),
  )

/** `regions:` is a list of names, or of names with settings of their own; the first is the default. */
function withFirstRegion(entry: Entry): Entry {
  const regions = Array.isArray(entry.regions) ? (entry.regions as readonly unknown[]) : []
  const named = (region: unknown) => (isRecord(region) ? region.name : region)
  const chosen = entry.region_name ? regions.find((region) => named(region) === entry.region_name) : regions[0]
  if (chosen === undefined) return entry
  return { ...entry, ...(isRecord(chosen) && isRecord(chosen.values) ? chosen.values : {}), region_name: named(chosen) }
}
