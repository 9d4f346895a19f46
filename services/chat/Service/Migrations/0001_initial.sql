-- The first tables of this service.
SELECT 1;
