CREATE TABLE "api_keys" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"prefix" text COLLATE "C" NOT NULL,
	"hash" text COLLATE "C" NOT NULL,
	"scopes" json NOT NULL,
	"created_by_id" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint,
	"last_used_at" bigint,
	"revoked_at" bigint
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"actor_kind" text COLLATE "C" NOT NULL,
	"actor_id" text COLLATE "C" NOT NULL,
	"actor_name" text COLLATE "C" NOT NULL,
	"action" text COLLATE "C" NOT NULL,
	"target_kind" text COLLATE "C",
	"target_id" text COLLATE "C",
	"target_name" text COLLATE "C",
	"detail" json,
	"address" text COLLATE "C",
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "canned_replies" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"shortcut" text COLLATE "C" NOT NULL,
	"text" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conversation_tags" (
	"conversation_id" text COLLATE "C" NOT NULL,
	"tag_id" text COLLATE "C" NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "conversation_tags_conversation_id_tag_id_pk" PRIMARY KEY("conversation_id","tag_id")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"webhook_id" text COLLATE "C" NOT NULL,
	"event_id" text COLLATE "C" NOT NULL,
	"event" text COLLATE "C" NOT NULL,
	"payload" text COLLATE "C" NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"attempts" bigint NOT NULL,
	"next_at" bigint,
	"claimed_by" text COLLATE "C",
	"claimed_until" bigint,
	"log" json NOT NULL,
	"created_at" bigint NOT NULL,
	"ended_at" bigint
);
--> statement-breakpoint
CREATE TABLE "identities" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"agent_id" text COLLATE "C" NOT NULL,
	"issuer" text COLLATE "C" NOT NULL,
	"subject" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "invitations" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"email" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C",
	"role" text COLLATE "C" NOT NULL,
	"token_hash" text COLLATE "C" NOT NULL,
	"invited_by_id" text COLLATE "C" NOT NULL,
	"invited_by_name" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"accepted_at" bigint,
	"revoked_at" bigint
);
--> statement-breakpoint
CREATE TABLE "mails" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"key" text COLLATE "C",
	"recipient" text COLLATE "C" NOT NULL,
	"subject" text COLLATE "C" NOT NULL,
	"text" text COLLATE "C",
	"html" text COLLATE "C",
	"secret" boolean NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"attempts" bigint NOT NULL,
	"next_at" bigint,
	"claimed_by" text COLLATE "C",
	"claimed_until" bigint,
	"error" text COLLATE "C",
	"created_at" bigint NOT NULL,
	"ended_at" bigint
);
--> statement-breakpoint
CREATE TABLE "page_views" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"visitor_id" text COLLATE "C" NOT NULL,
	"url" text COLLATE "C" NOT NULL,
	"title" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "password_resets" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"agent_id" text COLLATE "C" NOT NULL,
	"token_hash" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"used_at" bigint
);
--> statement-breakpoint
CREATE TABLE "push_subscriptions" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"agent_id" text COLLATE "C" NOT NULL,
	"session_id" text COLLATE "C" NOT NULL,
	"endpoint" text COLLATE "C" NOT NULL,
	"p256dh" text COLLATE "C" NOT NULL,
	"auth" text COLLATE "C" NOT NULL,
	"locale" text COLLATE "C",
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "saved_filters" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"agent_id" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"query" json NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"colour" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"organisation_id" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"url" text COLLATE "C" NOT NULL,
	"events" json NOT NULL,
	"secret" text COLLATE "C" NOT NULL,
	"enabled" boolean NOT NULL,
	"bot" boolean NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"failing_since" bigint
);
--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "settings" json;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "capacity" bigint;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "last_seen_at" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "closed_by" json;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "assigned_at" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "first_message_at" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "first_answer_at" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "bot_id" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "rating" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "rating_comment" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "rated_at" bigint;--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "settings" json;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "user_agent" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "sites" ADD COLUMN "identity_secret" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "sites" ADD COLUMN "archived_at" bigint;--> statement-breakpoint
ALTER TABLE "visitors" ADD COLUMN "external_id" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "visitors" ADD COLUMN "verified_at" bigint;--> statement-breakpoint
ALTER TABLE "visitors" ADD COLUMN "fields" json;--> statement-breakpoint
ALTER TABLE "visitors" ADD COLUMN "device" json;--> statement-breakpoint
ALTER TABLE "visitors" ADD COLUMN "context" json;--> statement-breakpoint
ALTER TABLE "visitors" ADD COLUMN "note" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "visitors" ADD COLUMN "merged_into" text COLLATE "C";--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_hash" ON "api_keys" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "api_keys_organisation" ON "api_keys" USING btree ("organisation_id");--> statement-breakpoint
CREATE INDEX "audit_organisation" ON "audit" USING btree ("organisation_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "canned_replies_shortcut" ON "canned_replies" USING btree ("organisation_id","shortcut");--> statement-breakpoint
CREATE INDEX "conversation_tags_tag" ON "conversation_tags" USING btree ("organisation_id","tag_id");--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_event" ON "deliveries" USING btree ("webhook_id","event_id");--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("state","next_at");--> statement-breakpoint
CREATE INDEX "deliveries_webhook" ON "deliveries" USING btree ("webhook_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "identities_subject" ON "identities" USING btree ("issuer","subject");--> statement-breakpoint
CREATE INDEX "identities_agent" ON "identities" USING btree ("agent_id");--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_token" ON "invitations" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "invitations_organisation" ON "invitations" USING btree ("organisation_id");--> statement-breakpoint
CREATE INDEX "mails_due" ON "mails" USING btree ("state","next_at");--> statement-breakpoint
CREATE INDEX "mails_organisation" ON "mails" USING btree ("organisation_id","id");--> statement-breakpoint
CREATE INDEX "mails_key" ON "mails" USING btree ("key","created_at");--> statement-breakpoint
CREATE INDEX "page_views_visitor" ON "page_views" USING btree ("visitor_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "password_resets_token" ON "password_resets" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "password_resets_agent" ON "password_resets" USING btree ("agent_id");--> statement-breakpoint
CREATE UNIQUE INDEX "push_subscriptions_endpoint" ON "push_subscriptions" USING btree ("endpoint");--> statement-breakpoint
CREATE INDEX "push_subscriptions_agent" ON "push_subscriptions" USING btree ("organisation_id","agent_id");--> statement-breakpoint
CREATE INDEX "saved_filters_agent" ON "saved_filters" USING btree ("organisation_id","agent_id");--> statement-breakpoint
CREATE UNIQUE INDEX "tags_key" ON "tags" USING btree ("organisation_id","key");--> statement-breakpoint
CREATE INDEX "webhooks_organisation" ON "webhooks" USING btree ("organisation_id");--> statement-breakpoint
CREATE INDEX "conversations_assignee" ON "conversations" USING btree ("organisation_id","assignee_id","last_message_at");--> statement-breakpoint
CREATE INDEX "conversations_organisation_created" ON "conversations" USING btree ("organisation_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "visitors_external" ON "visitors" USING btree ("site_id","external_id");--> statement-breakpoint
CREATE INDEX "visitors_organisation_seen" ON "visitors" USING btree ("organisation_id","last_seen_at");