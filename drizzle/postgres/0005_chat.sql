CREATE TABLE "erased_visitors" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"erased_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "files" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"site_id" text COLLATE "C" NOT NULL,
	"uploader_kind" text COLLATE "C" NOT NULL,
	"uploader_id" text COLLATE "C" NOT NULL,
	"upload_id" text COLLATE "C" NOT NULL,
	"conversation_id" text COLLATE "C",
	"client_id" text COLLATE "C",
	"name" text COLLATE "C" NOT NULL,
	"type" text COLLATE "C" NOT NULL,
	"bytes" bigint NOT NULL,
	"sha256" text COLLATE "C" NOT NULL,
	"width" bigint,
	"height" bigint,
	"blob_key" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "participants" (
	"conversation_id" text COLLATE "C" NOT NULL,
	"agent_id" text COLLATE "C" NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"joined_at" bigint NOT NULL,
	CONSTRAINT "participants_conversation_id_agent_id_pk" PRIMARY KEY("conversation_id","agent_id")
);
--> statement-breakpoint
CREATE TABLE "pins" (
	"agent_id" text COLLATE "C" NOT NULL,
	"conversation_id" text COLLATE "C" NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "pins_agent_id_conversation_id_pk" PRIMARY KEY("agent_id","conversation_id")
);
--> statement-breakpoint
CREATE TABLE "search_progress" (
	"conversation_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"indexed_seq" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "team_kind" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "title" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "direct_key" text COLLATE "C";--> statement-breakpoint
CREATE INDEX "erased_visitors_at" ON "erased_visitors" USING btree ("erased_at");--> statement-breakpoint
CREATE UNIQUE INDEX "files_upload" ON "files" USING btree ("uploader_id","upload_id");--> statement-breakpoint
CREATE INDEX "files_conversation" ON "files" USING btree ("conversation_id","created_at");--> statement-breakpoint
CREATE INDEX "files_organisation" ON "files" USING btree ("organisation_id","created_at");--> statement-breakpoint
CREATE INDEX "participants_agent" ON "participants" USING btree ("organisation_id","agent_id");--> statement-breakpoint
CREATE INDEX "pins_conversation" ON "pins" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "search_progress_organisation" ON "search_progress" USING btree ("organisation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "conversations_direct_key" ON "conversations" USING btree ("direct_key");