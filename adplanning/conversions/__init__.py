"""What counts: conversion events, their statistics, goals."""
