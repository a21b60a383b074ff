import { GALLERY_CHECKS } from "./gallery_checks.ts";
import { LOOKS_CHECKS } from "./looks_checks.ts";
import { MAP_CHECKS } from "./map_checks.ts";
import { testInBrowser } from "./open_report.ts";
import { SAFETY_CHECKS } from "./safety_checks.ts";

testInBrowser({
  ...GALLERY_CHECKS,
  ...MAP_CHECKS,
  ...LOOKS_CHECKS,
  ...SAFETY_CHECKS,
});
