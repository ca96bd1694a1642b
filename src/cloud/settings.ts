/** The services that Oldhand asks. */
export const services = ['network', 'compute', 'identity'] as const
export type Service = (typeof services)[number]

export const interfaces = ['public', 'internal', 'admin'] as const
export type Interface = (typeof interfaces)[number]

type Domain = { readonly id: string } | { readonly name: string }
export type User = { readonly id: string } | { readonly name: string; readonly domain: Domain }
export type Scope =
  | { readonly project: { readonly id: string } | { readonly name: string; readonly domain: Domain } }
  | { readonly domain: Domain }
  | { readonly system: { readonly all: true } }

export type Auth =
  | { readonly type: 'none' }
  | PasswordAuth
  | ApplicationCredentialAuth
  | { readonly type: 'token'; readonly url: string; readonly token: string; readonly scope?: Scope }
interface PasswordAuth {
  readonly type: 'password'
  readonly url: string
  readonly user: User
  readonly password: string
  readonly scope?: Scope
}
interface ApplicationCredentialAuth {
  readonly type: 'application credential'
  readonly url: string
  readonly credential: { readonly id: string } | { readonly name: string; readonly user: User }
  readonly secret: string
}

export interface Tls {
  /** PEM; the system's authorities where it is absent. */
  readonly ca?: string
  readonly verify: boolean
}

/** One cloud, ready to be asked. Holds secrets: never print it. */
export interface CloudConfig {
  readonly name: string
  /** The file it is from, or `OS_*`. */
  readonly from: string
  readonly auth: Auth
  readonly region?: string
  readonly interfaces: Readonly<Record<Service, Interface>>
  /** URLs that take the place of the catalogue's. */
  readonly endpoints: Readonly<Partial<Record<Service, string>>>
  readonly tls: Tls
}
