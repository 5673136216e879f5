# Builds with every tool, then keeps the program and what it needs to run. Nothing in it belongs to one architecture:
# the build stage runs on the machine's own, and the result is JavaScript alone.
ARG BUILDPLATFORM
FROM --platform=$BUILDPLATFORM docker.io/library/node:24-bookworm-slim AS build
WORKDIR /src
# Where packages come from, when not from npm's own registry.
ARG npm_config_registry
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
COPY tools ./tools
# Optional packages are programs of the checks and the tests.
RUN npm ci --ignore-scripts --omit=optional
COPY bin ./bin
COPY src ./src
RUN npm run build -- --sourceMap false --incremental false --tsBuildInfoFile null && npm prune --omit=dev --ignore-scripts
# The bill of materials names what is left. Licences stay with the code that they cover.
RUN npm pkg delete devDependencies scripts && npm sbom --sbom-format=spdx > sbom.spdx.json \
  && rm -r node_modules/.bin node_modules/.package-lock.json \
  && find node_modules -depth -type d -regextype posix-extended \
    -regex '.*/(test|tests|__tests__|docs|example|examples|benchmark|benchmarks|dist/browser|dist/react-native|\.[^/]*)' -exec rm -r {} + \
  && find node_modules -type f -regextype posix-extended ! -iregex '.*/(licen[sc]e|copying|notice|thirdparty)[^/]*' \
    -iregex '.*(\.(map|[cm]?ts|md|markdown|flow|html|png|sh|ya?ml|tsbuildinfo)|/\.[^/]*)' -delete

# No shell, no package manager; the process runs as a numeric user that owns nothing.
FROM gcr.io/distroless/nodejs24-debian12:nonroot
# The base image's own user would own the folder.
USER 0
WORKDIR /app
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/package.json /src/sbom.spdx.json ./
COPY --from=build /src/bin ./bin
COPY --from=build /src/dist ./dist
COPY LICENSE ./
COPY config ./config
USER 65532:65532
EXPOSE 8888
ENV NODE_ENV=production
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s CMD ["/nodejs/bin/node", "/app/bin/azimuth.js", "health"]
ENTRYPOINT ["/nodejs/bin/node", "/app/bin/azimuth.js"]
CMD ["run"]
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG SOURCE=""
LABEL org.opencontainers.image.title="azimuth" \
  org.opencontainers.image.description="Scrapes Azure Monitor metrics on cron schedules and exposes them as labelled Prometheus gauges." \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.source="${SOURCE}" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
