import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "./",
  build: { outDir: "../page", emptyOutDir: true, target: "es2022", assetsInlineLimit: 0, modulePreload: false },
  server: { proxy: { "/v1": "http://127.0.0.1:8080", "/openapi.json": "http://127.0.0.1:8080" } },
  test: { include: ["tests/**/*.test.ts"] },
});
