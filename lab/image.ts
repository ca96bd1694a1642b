import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { inCgroup } from './cgroups.ts'
import { exec, must } from './exec.ts'
import { LabError, lastLines } from './failure.ts'
import { cacheDir } from './names.ts'
import { say } from './say.ts'

const release = 'bookworm'

const packages = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'udev',
  'procps',
  'sudo',
  'busybox',
  'curl',
  'ca-certificates',
  // The L3 agent needs iputils-arping; the other package called arping conflicts with it.
  'iproute2',
  'iputils-ping',
  'iputils-arping',
  'tcpdump',
  'ethtool',
  'conntrack',
  'ipset',
  'iptables',
  'openssh-server',
  'openvswitch-switch',
  'dnsmasq-base',
  'rabbitmq-server',
  'mariadb-server',
  'python3-pymysql',
  'keystone',
  'neutron-server',
  'neutron-plugin-ml2',
  'neutron-openvswitch-agent',
  'neutron-dhcp-agent',
  'neutron-l3-agent',
  'neutron-metadata-agent',
  'python3-openstackclient',
]

const options = [
  '--variant=minbase',
  '--aptopt=APT::Install-Recommends "false"',
  ...['man', 'doc', 'locale'].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
  `--include=${packages.join(',')}`,
  '--customize-hook=chroot "$1" useradd --create-home --shell /bin/bash oldhand',
  '--customize-hook=rm -f "$1"/etc/ssh/ssh_host_* "$1"/etc/openvswitch/conf.db',
]

export const fingerprint = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)

export const imageId = fingerprint([release, options])

/** The root file system that every host of the lab starts from: made once, kept between runs. */
export async function ensureImage(progress: (line: string) => void): Promise<string> {
  const image = `${cacheDir}/image-${imageId}`
  if (existsSync(image)) return image
  progress(say('building the root file system, once (about 90 s)', '首次构建根文件系统(约 90 秒)'))
  const unfinished = `${image}.tmp`
  const scratch = `${image}.scratch.tmp`
  for (const folder of [unfinished, scratch]) await rm(folder, { recursive: true, force: true })
  await mkdir(scratch, { recursive: true })
  const build = ['mmdebstrap', ...options, ...(await proxyOptions()), release, unfinished, '-']
  const { code, stderr } = await exec(inCgroup('image', build), {
    input: await packageSources(),
    env: { TMPDIR: scratch },
    timeoutMs: 1_800_000,
  })
  if (code !== 0) throw new LabError(`mmdebstrap: exit ${code}\n${lastLines(stderr, 15)}`)
  await rm(scratch, { recursive: true, force: true })
  await rename(unfinished, image)
  return image
}

/** The image is built from wherever this machine has its own packages from. */
async function packageSources(): Promise<string> {
  const list = (): Promise<string> =>
    must([
      'apt-get',
      'indextargets',
      '--format',
      'deb $(REPO_URI) $(RELEASE) $(COMPONENT)',
      'Origin: Debian',
      'Created-By: Packages',
    ])
  let sources = await list()
  if (!sources.includes(` ${release} `)) {
    await must(['apt-get', 'update'], { timeoutMs: 300_000 })
    sources = await list()
  }
  if (sources.includes(` ${release} `)) return sources
  throw new LabError(say(`apt knows no source of Debian ${release} packages`, `apt 没有 Debian ${release} 的软件源`))
}

async function proxyOptions(): Promise<string[]> {
  const text = await must([
    'apt-config',
    'dump',
    '--no-empty',
    '--format',
    '%F "%v"%n',
    'Acquire::http',
    'Acquire::https',
  ])
  const lines = text.split('\n').filter((line) => /proxy/i.test(line))
  return lines.map((line) => `--aptopt=${line}`)
}
