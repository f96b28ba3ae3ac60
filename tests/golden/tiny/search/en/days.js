cityDigest.receive("days",["2026-10-20","#$"]);
