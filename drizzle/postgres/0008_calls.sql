CREATE TABLE "handoffs" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"site_id" text COLLATE "C" NOT NULL,
	"visitor_id" text COLLATE "C" NOT NULL,
	"token_hash" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"used_at" bigint
);
--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "quality" json;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "follow_up" json;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "followed_up_at" bigint;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "legal_hold" json;--> statement-breakpoint
ALTER TABLE "segments" ADD COLUMN "standby" boolean;--> statement-breakpoint
CREATE UNIQUE INDEX "handoffs_token" ON "handoffs" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "handoffs_expires" ON "handoffs" USING btree ("expires_at");