CREATE INDEX "visitors_site_name" ON "visitors" USING btree ("site_id","name");--> statement-breakpoint
CREATE INDEX "visitors_merged" ON "visitors" USING btree ("merged_into");