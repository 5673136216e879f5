# Builds with every tool, then keeps the program and its production packages alone.
FROM docker.io/library/node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
COPY tools ./tools
RUN npm ci --ignore-scripts
COPY bin ./bin
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts

# No shell, no package manager; the process runs as a numeric user that owns nothing.
FROM gcr.io/distroless/nodejs24-debian12:nonroot
USER 0
WORKDIR /app
COPY --from=build /src/package.json ./
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/bin ./bin
COPY --from=build /src/dist ./dist
COPY config ./config
USER 65532
EXPOSE 8888
ENV NODE_ENV=production
HEALTHCHECK --interval=30s --timeout=6s CMD ["/nodejs/bin/node", "/app/bin/azimuth.js", "health"]
ENTRYPOINT ["/nodejs/bin/node", "/app/bin/azimuth.js"]
CMD ["run"]
