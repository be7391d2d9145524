CREATE TABLE "agents" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"email" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"password_hash" text COLLATE "C" NOT NULL,
	"role" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "calls" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"site_id" text COLLATE "C" NOT NULL,
	"conversation_id" text COLLATE "C" NOT NULL,
	"visitor_id" text COLLATE "C" NOT NULL,
	"mode" text COLLATE "C" NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"active_key" text COLLATE "C",
	"started_by_kind" text COLLATE "C" NOT NULL,
	"started_by_id" text COLLATE "C" NOT NULL,
	"started_by_name" text COLLATE "C" NOT NULL,
	"agent_id" text COLLATE "C",
	"agent_name" text COLLATE "C",
	"created_at" bigint NOT NULL,
	"answered_at" bigint,
	"ended_at" bigint,
	"end_reason" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "chunks" (
	"recording_id" text COLLATE "C" NOT NULL,
	"segment" bigint NOT NULL,
	"seq" bigint NOT NULL,
	"bytes" bigint NOT NULL,
	"sha256" text COLLATE "C" NOT NULL,
	"received_at" bigint NOT NULL,
	CONSTRAINT "chunks_recording_id_segment_seq_pk" PRIMARY KEY("recording_id","segment","seq")
);
--> statement-breakpoint
CREATE TABLE "consents" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"call_id" text COLLATE "C" NOT NULL,
	"member_kind" text COLLATE "C" NOT NULL,
	"member_id" text COLLATE "C" NOT NULL,
	"granted" boolean NOT NULL,
	"text_version" text COLLATE "C" NOT NULL,
	"locale" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"site_id" text COLLATE "C" NOT NULL,
	"visitor_id" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"open_key" text COLLATE "C",
	"assignee_id" text COLLATE "C",
	"last_seq" bigint NOT NULL,
	"last_message_at" bigint NOT NULL,
	"preview" json,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"closed_at" bigint
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"conversation_id" text COLLATE "C" NOT NULL,
	"seq" bigint NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"client_id" text COLLATE "C" NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"author_kind" text COLLATE "C" NOT NULL,
	"author_id" text COLLATE "C" NOT NULL,
	"author_name" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"text" text COLLATE "C" NOT NULL,
	"data" json,
	"created_at" bigint NOT NULL,
	CONSTRAINT "messages_conversation_id_seq_pk" PRIMARY KEY("conversation_id","seq")
);
--> statement-breakpoint
CREATE TABLE "organisations" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reads" (
	"conversation_id" text COLLATE "C" NOT NULL,
	"member_kind" text COLLATE "C" NOT NULL,
	"member_id" text COLLATE "C" NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"read_seq" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "reads_conversation_id_member_kind_member_id_pk" PRIMARY KEY("conversation_id","member_kind","member_id")
);
--> statement-breakpoint
CREATE TABLE "recordings" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"call_id" text COLLATE "C" NOT NULL,
	"conversation_id" text COLLATE "C" NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"mime_type" text COLLATE "C" NOT NULL,
	"started_at" bigint NOT NULL,
	"ended_at" bigint,
	"duration_ms" bigint,
	"bytes" bigint,
	"sha256" text COLLATE "C",
	"gaps" json NOT NULL,
	"blob_key" text COLLATE "C",
	"claimed_by" text COLLATE "C",
	"claimed_until" bigint,
	"attempts" bigint NOT NULL,
	"last_chunk_at" bigint,
	"completed_at" bigint,
	"failure" text COLLATE "C",
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "segments" (
	"recording_id" text COLLATE "C" NOT NULL,
	"segment" bigint NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"recorder_kind" text COLLATE "C" NOT NULL,
	"recorder_id" text COLLATE "C" NOT NULL,
	"mime_type" text COLLATE "C" NOT NULL,
	"started_at" bigint NOT NULL,
	"chunks" bigint,
	"created_at" bigint NOT NULL,
	CONSTRAINT "segments_recording_id_segment_pk" PRIMARY KEY("recording_id","segment")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"agent_id" text COLLATE "C" NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"refresh_hash" text COLLATE "C" NOT NULL,
	"previous_hash" text COLLATE "C",
	"rotated_at" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"revoked_at" bigint
);
--> statement-breakpoint
CREATE TABLE "sites" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"publishable_key" text COLLATE "C" NOT NULL,
	"origins" json NOT NULL,
	"settings" json NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "visitors" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"site_id" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"email" text COLLATE "C",
	"locale" text COLLATE "C",
	"created_at" bigint NOT NULL,
	"last_seen_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "agents_email" ON "agents" USING btree ("email");--> statement-breakpoint
CREATE INDEX "agents_organisation" ON "agents" USING btree ("organisation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "calls_active_key" ON "calls" USING btree ("active_key");--> statement-breakpoint
CREATE INDEX "calls_organisation_created" ON "calls" USING btree ("organisation_id","created_at");--> statement-breakpoint
CREATE INDEX "calls_conversation" ON "calls" USING btree ("conversation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "consents_member" ON "consents" USING btree ("call_id","member_kind","member_id");--> statement-breakpoint
CREATE UNIQUE INDEX "conversations_open_key" ON "conversations" USING btree ("open_key");--> statement-breakpoint
CREATE INDEX "conversations_organisation_last" ON "conversations" USING btree ("organisation_id","last_message_at");--> statement-breakpoint
CREATE INDEX "conversations_visitor" ON "conversations" USING btree ("visitor_id");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_client_id" ON "messages" USING btree ("client_id","conversation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "recordings_call" ON "recordings" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "recordings_organisation_created" ON "recordings" USING btree ("organisation_id","created_at");--> statement-breakpoint
CREATE INDEX "recordings_state" ON "recordings" USING btree ("state");--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_refresh_hash" ON "sessions" USING btree ("refresh_hash");--> statement-breakpoint
CREATE INDEX "sessions_previous_hash" ON "sessions" USING btree ("previous_hash");--> statement-breakpoint
CREATE INDEX "sessions_agent" ON "sessions" USING btree ("agent_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sites_publishable_key" ON "sites" USING btree ("publishable_key");--> statement-breakpoint
CREATE INDEX "sites_organisation" ON "sites" USING btree ("organisation_id");--> statement-breakpoint
CREATE INDEX "visitors_organisation_site" ON "visitors" USING btree ("organisation_id","site_id");