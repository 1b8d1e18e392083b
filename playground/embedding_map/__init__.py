"""The interactive map: map.js draws it, maps/routes.py feeds it. Positions, images and labels are fetched, never sent."""
